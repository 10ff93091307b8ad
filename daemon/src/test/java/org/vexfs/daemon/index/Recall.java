package org.vexfs.daemon.index;

import org.vexfs.daemon.distance.Metric;

/// Measures a graph against the exact scan.
final class Recall {
  private Recall() {}

  /// The mean share of the `k` nearest live slots that searches with `ef` find. A result as near as
  /// the farthest of the true ones counts, so equal distances do no harm.
  static double measure(
      HnswGraph graph, TestVectors base, TestVectors queries, Metric metric, int k, int ef) {
    ExactScan scan = new ExactScan(base, metric);
    NearestHeap truth = new NearestHeap(k);
    SearchScratch scratch = new SearchScratch();
    long found = 0;
    long wanted = 0;
    for (int query = 0; query < queries.count(); query++) {
      truth.reset(k);
      long offset = queries.offset(query);
      scan.scan(queries.memory(), offset, 0, base.count(), graph::contains, truth);
      truth.sort();
      graph.search(queries.memory(), offset, k, ef, SlotPredicate.ALL, scratch);
      float farthest = truth.distance(truth.size() - 1);
      wanted += truth.size();
      for (int rank = 0; rank < Math.min(truth.size(), scratch.size()); rank++) {
        found += scratch.distance(rank) <= farthest ? 1 : 0;
      }
    }
    return (double) found / wanted;
  }
}
