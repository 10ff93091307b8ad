package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.vexfs.daemon.distance.DistanceKernel;
import org.vexfs.daemon.distance.Kernels;

/// Searches on one thread while two others insert: how fast it is beside the same with nobody
/// inserting, by the clock and by the thread's own processor time, and what of the nearest it finds
/// among those that were there when a search began. On a machine of two cores the clock says mostly
/// that three threads want them.
///
/// Half of a data set is inserted beforehand, the other half meanwhile. Searching with nobody
/// inserting is measured before and after, as the index is twice as large in the end; the ratio is
/// to the mean of both.
///
/// Arguments: the name of the data set, the folder of the data, an empty directory to work in.
/// `daemon/bench/inserting.sh` provides them.
final class InsertingBenchmark {
  private static final int INSERTERS = 2;
  private static final int EF = 100;
  private static final long IDLE_NANOS = 4_000_000_000L;

  /// What is inserted into and searched.
  interface Subject {
    String name();

    /// Makes a vector of the base findable.
    void insert(int index) throws Exception;

    /// Called by an inserting thread before each insertion.
    void awaitRoom() throws Exception;

    /// Waits until all that was inserted is in the graph.
    void awaitGraph() throws Exception;

    /// The distances of what was found, in ascending order.
    float[] search(int query, int ef) throws Exception;
  }

  /// A search that was made.
  ///
  /// @param present how many of the base were there when it began
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Made(int query, int present, float[] distances) {}

  /// What a stretch of searching came to.
  private record Stretch(double perSecond, double perProcessorSecond, double recall) {}

  private final DataSet data;
  private final Subject subject;

  /// Of each query from each of the base, as the metric reports them.
  private final float[][] distances;

  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  private InsertingBenchmark(DataSet data, Subject subject) {
    this.data = data;
    this.subject = subject;
    this.distances = new float[data.queries().count()][data.base().count()];
    fillDistances();
  }

  private void fillDistances() {
    DistanceKernel kernel = Kernels.forMetric(data.metric());
    for (int query = 0; query < distances.length; query++) {
      for (int index = 0; index < distances[query].length; index++) {
        float distance =
            kernel.distance(
                data.queries().memory(),
                data.queries().offset(query),
                data.base().memory(),
                data.base().offset(index),
                data.dimension());
        distances[query][index] = data.metric().reported(distance);
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    DataSet data = DataSet.of(arguments[0], Path.of(arguments[1]));
    Path directory = Files.createDirectory(Path.of(arguments[2]).resolve("inserted"));
    System.out.printf(
        Locale.ROOT,
        "%n%s, %,d × %d, %s, k %d, ef %d, one thread searching%n%n",
        data.name(),
        data.base().count(),
        data.dimension(),
        data.metric().id(),
        Truth.K,
        EF);
    System.out.println(
        "| searched | QPS idle before, after | QPS while two insert | ratio | ratio by processor"
            + " time | recall@10 idle before, after | recall@10 while two insert | inserted/s |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    new InsertingBenchmark(data, new GraphSubject(data)).run();
    try (EngineSubject engine = new EngineSubject(data, directory)) {
      new InsertingBenchmark(data, engine).run();
    }
  }

  private void run() throws Exception {
    int half = data.base().count() / 2;
    insertUpTo(half);
    subject.awaitGraph();
    Stretch _ = search(new AtomicBoolean(true), IDLE_NANOS / 2);
    Stretch before = search(new AtomicBoolean(true), IDLE_NANOS);
    AtomicBoolean inserting = new AtomicBoolean(true);
    long start = System.nanoTime();
    Thread inserter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                insertUpTo(data.base().count());
              } finally {
                inserting.set(false);
              }
            });
    Stretch during = search(inserting, Long.MAX_VALUE);
    double seconds = (System.nanoTime() - start) / 1e9;
    inserter.join();
    subject.awaitGraph();
    Stretch after = search(new AtomicBoolean(true), IDLE_NANOS);
    System.out.printf(
        Locale.ROOT,
        "| %s | %,.0f, %,.0f | %,.0f | %.2f | %.2f | %.4f, %.4f | %.4f | %,.0f |%n",
        subject.name(),
        before.perSecond(),
        after.perSecond(),
        during.perSecond(),
        2 * during.perSecond() / (before.perSecond() + after.perSecond()),
        2
            * during.perProcessorSecond()
            / (before.perProcessorSecond() + after.perProcessorSecond()),
        before.recall(),
        after.recall(),
        during.recall(),
        half / seconds);
  }

  private void insertUpTo(int end) {
    Threads.run(
        INSERTERS,
        _ -> {
          try {
            while (true) {
              subject.awaitRoom();
              int index = begun.getAndIncrement();
              if (index >= end) {
                begun.set(end);
                return;
              }
              subject.insert(index);
              ended.incrementAndGet();
            }
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private Stretch search(AtomicBoolean goesOn, long nanos) throws Exception {
    List<Made> made = new ArrayList<>();
    long start = System.nanoTime();
    long processorStart = processorNanos();
    for (int i = 0; goesOn.get() && System.nanoTime() - start < nanos; i++) {
      int query = i % data.queries().count();
      // Those that are being inserted have the highest indices of those that began.
      int present = Math.max(1, ended.get() - INSERTERS);
      made.add(new Made(query, present, subject.search(query, EF)));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double processorSeconds = (processorNanos() - processorStart) / 1e9;
    return new Stretch(made.size() / seconds, made.size() / processorSeconds, recall(made));
  }

  /// Processor time that this thread has used: the first figure of proc(5)'s schedstat.
  private static long processorNanos() throws IOException {
    String figures = Files.readString(Path.of("/proc/thread-self/schedstat"));
    return Long.parseLong(figures.substring(0, figures.indexOf(' ')));
  }

  private double recall(List<Made> made) {
    int step = Math.max(1, made.size() / 1_000);
    double sum = 0;
    int judged = 0;
    for (int i = 0; i < made.size(); i += step) {
      Made search = made.get(i);
      float[] sorted = Arrays.copyOf(distances[search.query()], search.present());
      Arrays.sort(sorted);
      float farthest = sorted[Math.min(Truth.K, sorted.length) - 1] * (1 + 1e-5f) + 1e-6f;
      int found = 0;
      for (float distance : search.distances()) {
        found += distance <= farthest ? 1 : 0;
      }
      sum += (double) found / Truth.K;
      judged++;
    }
    return sum / judged;
  }
}
