package org.vexfs.daemon.search;

import org.vexfs.daemon.distance.Metric;

/// Maps distances onto scores from 0 to 1, where higher is nearer, so that people and programs can
/// read hits without knowing the metric.
///
/// | metric | score | range |
/// |---|---|---|
/// | euclidean, manhattan, hamming | 1 / (1 + d) | 1 at the same place, towards 0 far away |
/// | cosine | 1 − d / 2 | 1 same direction, ½ at a right angle, 0 opposite |
/// | dot | ½ + s / (2 (1 + \|s\|)) with s = −d, the inner product | ½ at inner product 0 |
///
/// Each never grows with the distance, so scores order hits as distances do. Distances without a
/// bound take the hyperbola rather than an exponential, and the inner product its two-sided form
/// rather than the logistic function: vectors that are not of unit length have distances in the
/// hundreds, for which exponentials round to 0 or 1 and all hits would look the same. Scores of
/// different metrics are not comparable.
public final class ResultScorer {
  private ResultScorer() {}

  /// The score for a distance as the metric reports it; 0 for NaN, which sorts last.
  public static float score(Metric metric, float distance) {
    double d = distance;
    double score =
        switch (metric) {
          case EUCLIDEAN, MANHATTAN, HAMMING -> 1 / (1 + Math.max(d, 0));
          case COSINE -> 1 - d / 2;
          case DOT -> d <= 0 ? 1 - 0.5 / (1 - d) : 0.5 / (1 + d);
        };
    return Double.isNaN(score) ? 0 : (float) Math.clamp(score, 0.0, 1.0);
  }
}
