package org.vexfs.daemon.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The kernels one value at a time, accumulated in double precision: the oracle that the fast ones
/// are tested against, what they turn to where float32 would overflow or underflow, and what is
/// quick from the first call on.
///
/// Products and squares of float32 values, and sums of 65,536 of them, are far inside the range of
/// a double, so nothing here overflows before the result is narrowed to float32.
public final class ScalarKernels {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ScalarKernels() {}

  /// The scalar kernel for a metric.
  public static DistanceKernel forMetric(Metric metric) {
    return switch (metric) {
      case EUCLIDEAN -> ScalarKernels::euclidean;
      case COSINE -> ScalarKernels::cosine;
      case DOT -> ScalarKernels::dot;
      case MANHATTAN -> ScalarKernels::manhattan;
      case HAMMING -> ScalarKernels::hamming;
    };
  }

  /// The value at `index` of the vector at `offset`.
  static float value(MemorySegment segment, long offset, int index) {
    return segment.get(FLOAT, offset + 4L * index);
  }

  /// The values of the vector at `offset`. Copied at once, since a segment is read one value at a
  /// time many times slower until that is compiled.
  private static float[] values(MemorySegment segment, long offset, int dimension) {
    float[] values = new float[dimension];
    MemorySegment.copy(segment, FLOAT, offset, values, 0, dimension);
    return values;
  }

  static float euclidean(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    float[] as = values(a, aOffset, dimension);
    float[] bs = values(b, bOffset, dimension);
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double difference = (double) as[i] - bs[i];
      sum += difference * difference;
    }
    return (float) sum;
  }

  static float cosine(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    float[] as = values(a, aOffset, dimension);
    float[] bs = values(b, bOffset, dimension);
    double dot = 0;
    double aSquares = 0;
    double bSquares = 0;
    for (int i = 0; i < dimension; i++) {
      double x = as[i];
      double y = bs[i];
      dot += x * y;
      aSquares += x * x;
      bSquares += y * y;
    }
    return cosineDistance(dot, aSquares, bSquares);
  }

  /// Cosine distance from the inner product and the squared lengths. A zero vector has no
  /// direction; it counts as orthogonal to every other.
  static float cosineDistance(double dot, double aSquares, double bSquares) {
    // Two roots, as the product of the squares may leave the range of a double.
    double lengths = Math.sqrt(aSquares) * Math.sqrt(bSquares);
    if (lengths == 0) {
      return 1;
    }
    return (float) Math.clamp(1 - dot / lengths, 0.0, 2.0);
  }

  static float dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    float[] as = values(a, aOffset, dimension);
    float[] bs = values(b, bOffset, dimension);
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += (double) as[i] * bs[i];
    }
    return (float) -sum;
  }

  static float manhattan(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    float[] as = values(a, aOffset, dimension);
    float[] bs = values(b, bOffset, dimension);
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += Math.abs((double) as[i] - bs[i]);
    }
    return (float) sum;
  }

  static float hamming(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    float[] as = values(a, aOffset, dimension);
    float[] bs = values(b, bOffset, dimension);
    int different = 0;
    for (int i = 0; i < dimension; i++) {
      if (as[i] != bs[i]) {
        different++;
      }
    }
    return different;
  }
}
