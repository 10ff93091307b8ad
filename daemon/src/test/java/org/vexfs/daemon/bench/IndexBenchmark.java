package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.index.ExactScan;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.index.SearchScratch;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.index.Traversal;

/// Recall and speed of the index on the shared data, walked by codes and by vectors: one thread, M
/// 16, efConstruction 200, medians of [#ROUNDS] rounds in which both take turns. Rates are those of
/// the thread's processor time, so that other work on the machine tells little. On demand, on
/// Linux, from the project's root, after `mvn -DskipTests package`:
///
/// ```
/// java --add-modules jdk.incubator.vector -cp daemon/target/classes:daemon/target/test-classes \
///     org.vexfs.daemon.bench.IndexBenchmark [mnist|capdocs|sift ...]
/// ```
///
/// It prints the lines of a Markdown table.
final class IndexBenchmark {
  private static final int K = 10;
  private static final int ROUNDS = 5;
  private static final int[] EFS = {10, 20, 40, 60, 100, 200};

  /// A round is repeated over the queries until it took as long.
  private static final long LEAST_ROUND_NANOS = 400_000_000;

  private record DataSet(String name, Metric metric, NpyVectors base, NpyVectors queries) {
    static DataSet of(String name) throws IOException {
      return switch (name) {
        case "mnist" -> read(name, Metric.EUCLIDEAN, "mnist-784-u8.npy.gz", 20_000, 62_000, 63_000);
        case "capdocs" -> read(name, Metric.COSINE, "capdocs-384.npy", 2_481, 2_481, 2_681);
        case "sift" -> read(name, Metric.EUCLIDEAN, "sift-128.npy", 4_000, 4_000, 5_000);
        default -> throw new IllegalArgumentException("mnist, capdocs or sift, not " + name);
      };
    }

    private static DataSet read(
        String name, Metric metric, String file, int baseCount, int queriesFrom, int queriesTo)
        throws IOException {
      return new DataSet(
          name,
          metric,
          NpyVectors.read(file, 0, baseCount),
          NpyVectors.read(file, queriesFrom, queriesTo));
    }

    /// The distance of the k-th nearest to each query.
    float[] truth() {
      ExactScan scan = new ExactScan(base, metric);
      NearestHeap nearest = new NearestHeap(K);
      float[] farthest = new float[queries.count()];
      for (int query = 0; query < queries.count(); query++) {
        nearest.reset(K);
        scan.scan(
            queries.memory(), queries.offset(query), 0, base.count(), SlotPredicate.ALL, nearest);
        farthest[query] = nearest.worst();
      }
      return farthest;
    }
  }

  /// A graph under measurement and its figures.
  private static final class Candidate {
    final Traversal traversal;
    final HnswGraph graph;
    final double insertionsPerSecond;
    final SearchScratch scratch = new SearchScratch();
    final double[][] queriesPerSecond = new double[EFS.length][ROUNDS];

    Candidate(DataSet data, Traversal traversal) throws IOException {
      this.traversal = traversal;
      this.graph = new HnswGraph(data.base, data.metric, HnswParameters.DEFAULT.with(traversal));
      long start = processorNanos();
      for (int slot = 0; slot < data.base.count(); slot++) {
        graph.insert(slot);
      }
      this.insertionsPerSecond = data.base.count() * 1e9 / (processorNanos() - start);
    }

    double recall(DataSet data, float[] truth, int ef) {
      int found = 0;
      for (int query = 0; query < truth.length; query++) {
        int size = search(data, query, ef);
        for (int rank = 0; rank < Math.min(K, size); rank++) {
          found += scratch.distance(rank) <= truth[query] ? 1 : 0;
        }
      }
      return (double) found / (K * truth.length);
    }

    double measure(DataSet data, int ef) throws IOException {
      long start = processorNanos();
      long searches = 0;
      long elapsed = 0;
      while (elapsed < LEAST_ROUND_NANOS) {
        for (int query = 0; query < data.queries.count(); query++) {
          search(data, query, ef);
        }
        searches += data.queries.count();
        elapsed = processorNanos() - start;
      }
      return searches * 1e9 / elapsed;
    }

    private int search(DataSet data, int query, int ef) {
      return graph.search(
          data.queries.memory(), data.queries.offset(query), K, ef, SlotPredicate.ALL, scratch);
    }
  }

  private IndexBenchmark() {}

  /// Measures the data sets named, or all.
  public static void main(String[] names) throws IOException {
    System.out.println("| data | traversal | ef | recall@10 | QPS | build/s | bytes a node |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (String name : names.length == 0 ? new String[] {"mnist", "capdocs", "sift"} : names) {
      measure(DataSet.of(name));
    }
  }

  private static void measure(DataSet data) throws IOException {
    float[] truth = data.truth();
    List<Candidate> candidates = new ArrayList<>();
    for (Traversal traversal : Traversal.values()) {
      candidates.add(new Candidate(data, traversal));
    }
    // Round -1 warms up.
    for (int round = -1; round < ROUNDS; round++) {
      for (int i = 0; i < EFS.length; i++) {
        for (Candidate candidate : candidates) {
          double speed = candidate.measure(data, EFS[i]);
          if (round >= 0) {
            candidate.queriesPerSecond[i][round] = speed;
          }
        }
      }
    }
    for (Candidate candidate : candidates) {
      for (int i = 0; i < EFS.length; i++) {
        System.out.printf(
            "| %s | %s | %d | %.4f | %,.0f | %,.0f | %d |%n",
            data.name,
            candidate.traversal,
            EFS[i],
            candidate.recall(data, truth, EFS[i]),
            median(candidate.queriesPerSecond[i]),
            candidate.insertionsPerSecond,
            candidate.graph.bytesPerNode());
      }
    }
  }

  /// Time that this thread has run.
  private static long processorNanos() throws IOException {
    String statistics = Files.readString(Path.of("/proc/thread-self/schedstat"));
    return Long.parseLong(statistics.substring(0, statistics.indexOf(' ')));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
