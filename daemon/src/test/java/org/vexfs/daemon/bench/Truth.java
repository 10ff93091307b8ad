package org.vexfs.daemon.bench;

import java.util.concurrent.atomic.AtomicInteger;
import org.vexfs.daemon.distance.DistanceKernel;
import org.vexfs.daemon.distance.Kernels;
import org.vexfs.daemon.index.ExactScan;
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
    float[] farthest = new float[data.queries().count()];
    AtomicInteger next = new AtomicInteger();
    Threads.run(
        threads,
        _ -> {
          ExactScan scan = new ExactScan(data.base(), data.metric());
          NearestHeap nearest = new NearestHeap(K);
          for (int query = next.getAndIncrement();
              query < farthest.length;
              query = next.getAndIncrement()) {
            nearest.reset(K);
            scan.scan(
                data.queries().memory(),
                data.queries().offset(query),
                0,
                data.base().count(),
                SlotPredicate.ALL,
                nearest);
            nearest.sort();
            farthest[query] = nearest.worst();
          }
        });
    return new Truth(data, farthest);
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
