package org.vexfs.daemon.distance;

import java.util.Arrays;
import java.util.Optional;

/// How near two vectors are. A collection has one, chosen before its first vector.
///
/// Kernels compute a *comparable* distance, which orders vectors as the metric does but may be
/// cheaper ([#EUCLIDEAN]: the square); [#reported] turns it into what users see.
public enum Metric {
  /// Square root of the sum of squared differences; comparable: the sum itself.
  EUCLIDEAN("euclidean"),
  /// One minus the cosine of the angle, 0 … 2; undefined for a zero vector, which is refused.
  COSINE("cosine"),
  /// The negated inner product, so that smaller is nearer.
  DOT("dot"),
  /// Sum of absolute differences.
  MANHATTAN("manhattan"),
  /// Number of positions whose values differ.
  HAMMING("hamming");

  private final String id;

  Metric(String id) {
    this.id = id;
  }

  /// The metric of this name, as written in a collection's `config`.
  public static Optional<Metric> ofId(String id) {
    return Arrays.stream(values()).filter(metric -> metric.id.equals(id)).findFirst();
  }

  /// The name users write.
  public String id() {
    return id;
  }

  /// Whether a vector of zeros has no distance under this metric and must be refused.
  public boolean refusesZero() {
    return this == COSINE;
  }

  /// The distance users see for a kernel's comparable distance.
  public float reported(float comparable) {
    return this == EUCLIDEAN ? (float) Math.sqrt(comparable) : comparable;
  }
}
