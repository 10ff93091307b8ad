package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Many clients of a mount, each with a handle of its own, who ask at a rate that does not wait for
/// answers. A search's time is that from when it was due until it was answered, so one that holds
/// up others is charged for them as well.
final class OfferedLoad {
  private static final int CLIENTS = 64;
  private static final int RATE = 1_000;
  private static final int SECONDS = 10;
  private static final int EF = 100;
  private static final double NANOS = 1e9;

  private final Path mountpoint;
  private final DataSet data;
  private final double[][] expected;
  private final AtomicInteger wrong = new AtomicInteger();

  /// Finds out by one client what each query is to be answered.
  OfferedLoad(Path mountpoint, DataSet data) throws IOException {
    this.mountpoint = mountpoint;
    this.data = data;
    this.expected = new double[data.queries().count()][];
    try (IoctlSearcher alone = new IoctlSearcher(mountpoint, data, EF)) {
      for (int query = 0; query < expected.length; query++) {
        alone.ask(query);
        expected[query] = alone.distances();
      }
    }
  }

  /// Prints what came of it.
  void run() throws IOException, InterruptedException {
    long[] nanos = new long[RATE * SECONDS];
    long start = System.nanoTime() + (long) NANOS;
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        int first = client;
        running.add(
            clients.submit(() -> {
              ask(first, start, nanos);
              return null;
            }));
      }
      for (Future<?> client : running) {
        client.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("a client failed", e);
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%n- %d clients by ioctl, ef %d, %,d searches a second offered for %d s: median %.2f ms, p99"
            + " %.2f ms, p99.9 %.2f ms, most %.2f ms; %d of %,d answers differ from those to one client%n",
        CLIENTS,
        EF,
        RATE,
        SECONDS,
        millis(nanos, 0.5),
        millis(nanos, 0.99),
        millis(nanos, 0.999),
        millis(nanos, 1),
        wrong.get(),
        nanos.length);
  }

  private static double millis(long[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))] / 1e6;
  }

  /// What one client asks: each [#CLIENTS]-th search.
  private void ask(int first, long start, long[] nanos) throws IOException {
    try (IoctlSearcher searcher = new IoctlSearcher(mountpoint, data, EF)) {
      for (int i = first; i < nanos.length; i += CLIENTS) {
        long due = start + (long) (i * NANOS / RATE);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        int query = i % expected.length;
        searcher.ask(query);
        nanos[i] = System.nanoTime() - due;
        if (!Arrays.equals(expected[query], searcher.distances())) {
          wrong.incrementAndGet();
        }
      }
    }
  }
}
