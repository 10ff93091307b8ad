package org.vexfs.daemon.bench;

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
import java.util.stream.IntStream;
import org.vexfs.daemon.index.BlockScan;
import org.vexfs.daemon.index.ExactScan;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.index.SlotPredicate;

/// Compares the ways to search exactly: one vector after the other, in blocks for several queries
/// at once, and both on two threads. Prints how many bytes of vectors are compared a second, where
/// a vector counts once for each query, and the ratio to the plain scan of the same round.
///
/// Arguments: the folder of the data, the number of rounds, then the names of data sets
/// ([DataSet#NAMES]). `daemon/bench/scan.sh` provides them.
final class ScanBenchmark {
  private static final int K = 10;
  private static final int THREADS = 2;
  private static final int[] BATCHES = {1, 4, 16};
  private static final int STRIDE_SLOTS = 1_024;
  private static final int QUERIES = 16;
  private static final int WARM_UP_ROUNDS = 2;

  /// A way to answer the first [#QUERIES] queries.
  private record Way(String name, Runnable run, List<Double> gigabytesPerSecond) {}

  private final DataSet data;
  private final ExecutorService pool;
  private final List<Way> ways = new ArrayList<>();

  private ScanBenchmark(DataSet data, ExecutorService pool) {
    this.data = data;
    this.pool = pool;
    add("plain, a query at a time, 1 thread", this::plain);
    for (int threads = 1; threads <= THREADS; threads++) {
      for (int batch : BATCHES) {
        int shared = threads;
        add(
            "blocks, " + batch + " at a time, " + threads + " threads",
            () -> inBlocks(batch, shared));
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[1]);
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS - 1)) {
      for (String name : List.of(arguments).subList(2, arguments.length)) {
        new ScanBenchmark(DataSet.of(name, Path.of(arguments[0])), pool).run(rounds);
      }
    }
  }

  private void add(String name, Runnable run) {
    ways.add(new Way(name, run, new ArrayList<>()));
  }

  private void run(int rounds) {
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      for (Way way : ways) {
        long start = System.nanoTime();
        way.run().run();
        double nanos = System.nanoTime() - start;
        if (round >= 0) {
          way.gigabytesPerSecond().add(data.base().memory().byteSize() * (double) QUERIES / nanos);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n%s, %,d × %d, %s, exact, k %d, medians of %d rounds%n%n",
        data.name(),
        data.base().count(),
        data.dimension(),
        data.metric().id(),
        K,
        rounds);
    System.out.println("| scan | GB/s | queries/s | / plain |");
    System.out.println("|---|---|---|---|");
    for (Way way : ways) {
      double[] ratios =
          IntStream.range(0, rounds)
              .mapToDouble(round ->
                  way.gigabytesPerSecond().get(round)
                      / ways.getFirst().gigabytesPerSecond().get(round))
              .toArray();
      double speed = median(way.gigabytesPerSecond().stream().mapToDouble(d -> d).toArray());
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %.2f |%n",
          way.name(),
          speed,
          speed * 1e9 / data.base().memory().byteSize(),
          median(ratios));
    }
  }

  private static double median(double[] figures) {
    Arrays.sort(figures);
    return figures[figures.length / 2];
  }

  private void plain() {
    ExactScan scan = new ExactScan(data.base(), data.metric());
    FloatMatrix queries = data.queries();
    for (int query = 0; query < QUERIES; query++) {
      NearestHeap nearest = new NearestHeap(K);
      scan.scan(
          queries.memory(),
          queries.offset(query),
          0,
          data.base().count(),
          SlotPredicate.ALL,
          nearest);
    }
  }

  private void inBlocks(int batch, int threads) {
    for (int first = 0; first < QUERIES; first += batch) {
      FloatMatrix queries = data.queries().rows(first, first + batch);
      AtomicInteger next = new AtomicInteger();
      Runnable share =
          () -> {
            NearestHeap[] nearest =
                IntStream.range(0, batch)
                    .mapToObj(_ -> new NearestHeap(K))
                    .toArray(NearestHeap[]::new);
            BlockScan scan = new BlockScan(data.base(), data.metric(), queries.memory(), nearest);
            int count = data.base().count();
            for (int from = next.getAndAdd(STRIDE_SLOTS);
                from < count;
                from = next.getAndAdd(STRIDE_SLOTS)) {
              scan.scan(from, Math.min(count, from + STRIDE_SLOTS), SlotPredicate.ALL);
            }
          };
      List<Future<?>> others = new ArrayList<>();
      for (int i = 1; i < threads; i++) {
        others.add(pool.submit(share));
      }
      share.run();
      others.forEach(ScanBenchmark::await);
    }
  }

  private static void await(Future<?> other) {
    try {
      other.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
