package org.vexfs.daemon.bench;

import java.util.stream.Stream;
import org.vexfs.daemon.distance.DistanceKernel;
import org.vexfs.daemon.distance.Kernels;
import org.vexfs.daemon.index.BlockScan;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.index.SlotPredicate;

/// The truth about the queries of a data set, found by looking at every vector.
final class Truth {
  /// How many nearest are searched for.
  static final int K = 10;

  private final DataSet data;

  /// For each query the distance of its [#K]-th nearest.
  private final float[] farthest;

  private Truth(DataSet data, float[] farthest) {
    this.data = data;
    this.farthest = farthest;
  }

  static Truth of(DataSet data, int threads) {
    int queries = data.queries().count();
    BlockScan[] scans = new BlockScan[threads];
    NearestHeap[] nearest = heaps(queries);
    // A share of the base each, for all queries at once.
    Threads.run(
        threads,
        thread -> {
          NearestHeap[] found = thread == 0 ? nearest : heaps(queries);
          BlockScan scan =
              new BlockScan(data.base(), data.metric(), data.queries().memory(), found);
          long count = data.base().count();
          scan.scan(
              (int) (count * thread / threads),
              (int) (count * (thread + 1) / threads),
              SlotPredicate.ALL);
          scans[thread] = scan;
        });
    for (int thread = 1; thread < threads; thread++) {
      scans[0].addAll(scans[thread]);
    }
    float[] farthest = new float[queries];
    for (int query = 0; query < queries; query++) {
      nearest[query].sort();
      farthest[query] = nearest[query].worst();
    }
    return new Truth(data, farthest);
  }

  private static NearestHeap[] heaps(int queries) {
    return Stream.generate(() -> new NearestHeap(K)).limit(queries).toArray(NearestHeap[]::new);
  }

  /// The share of the nearest among what was found for each query: what is no farther than the
  /// [#K]-th.
  double recall(int[][] found) {
    DistanceKernel kernel = Kernels.forMetric(data.metric());
    long hits = 0;
    for (int query = 0; query < found.length; query++) {
      for (int index : found[query]) {
        float distance =
            kernel.distance(
                data.queries().memory(),
                data.queries().offset(query),
                data.base().memory(),
                data.base().offset(index),
                data.dimension());
        hits += distance <= farthest[query] ? 1 : 0;
      }
    }
    return (double) hits / ((long) K * found.length);
  }
}
