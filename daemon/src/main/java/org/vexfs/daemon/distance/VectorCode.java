package org.vexfs.daemon.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Scalar quantisation: a vector as 7 bits a value, a quarter of the memory of float32, and the
/// distance between two such codes.
///
/// A value x is coded as c = round((x - offset) / scale), 0 … [#MAX_VALUE], where offset is the
/// vector's least value and scale spreads its range over the codes. Both belong to the vector, so a
/// code depends on nothing else and never has to be made anew. Under [Metric#COSINE] both are
/// divided by the vector's length, which makes it a unit vector.
///
/// The distance of two codes is that of the vectors they decode to, x' = offset + scale · c. For n
/// values with sums S = Σc and Q = Σc², which are coded along, all it takes is one inner product of
/// integers, C = Σ c_a c_b:
///
/// - a'·b' = n o_a o_b + o_a s_b S_b + o_b s_a S_a + s_a s_b C
/// - |a' - b'|² = n (o_a - o_b)² + 2 (o_a - o_b)(s_a S_a - s_b S_b) + s_a² Q_a + s_b² Q_b - 2 s_a
///   s_b C
///
/// C, S and Q are exact, and the rest is done in double precision, where neither float32 values nor
/// their squares overflow and what cancels leaves enough. A value is off by at most scale / 2; so
/// vectors nearer to each other than about scale · √n are not told apart, and what the code finds
/// is to be ranked again by the vectors themselves.
///
/// A code lies in memory as scale and offset as float32, S and Q as int32, all little-endian, then
/// the values, a byte each. What is compared with many codes is made a *target* first, once, in a
/// layout that suits the vector unit.
///
/// One object a collection; stateless, any thread.
public final class VectorCode {
  /// The greatest value of a code.
  static final int MAX_VALUE = 127;

  /// So many bytes beyond a code's end are read with it, and must be readable; they do not count.
  public static final int OVERREAD_BYTES = 63;

  /// The most values that the kernel takes a turn.
  private static final int PADDING = 64;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int OFFSET = 4;
  private static final int SUM = 8;
  private static final int SQUARES = 12;
  private static final int TERMS_BYTES = 16;

  /// The inverse of what is less may be no finite float32.
  private static final float LEAST_WIDTH = 1e-30f;

  /// Where the values of a target begin, on a cache line of its own.
  private static final int TARGET_VALUES = 64;

  private final Metric metric;
  private final int dimension;
  private final int paddedDimension;

  /// Codes for vectors of `dimension` values under a metric that has codes.
  ///
  /// @throws IllegalArgumentException for another metric
  public VectorCode(Metric metric, int dimension) {
    if (!serves(metric)) {
      throw new IllegalArgumentException("metric " + metric.id() + " has no codes");
    }
    VectorModule.require();
    this.metric = metric;
    this.dimension = dimension;
    this.paddedDimension = (dimension + PADDING - 1) / PADDING * PADDING;
  }

  /// Whether there are codes for a metric: for those that come down to inner products.
  public static boolean serves(Metric metric) {
    return switch (metric) {
      case EUCLIDEAN, COSINE, DOT -> true;
      case MANHATTAN, HAMMING -> false;
    };
  }

  /// Size of a code.
  public int bytes() {
    return TERMS_BYTES + dimension;
  }

  /// Size of a target.
  public int targetBytes() {
    return TARGET_VALUES + 2 * paddedDimension + bytes();
  }

  /// Writes the code of a vector of finite float32 values, little-endian.
  public void encode(MemorySegment vector, long vectorOffset, MemorySegment code, long codeOffset) {
    long range = SimdQuantiser.range(vector, vectorOffset, dimension);
    float least = ScalarQuantiser.least(range);
    float width = ScalarQuantiser.greatest(range) - least;
    long values = codeOffset + TERMS_BYTES;
    double scale;
    long sums;
    if (width >= LEAST_WIDTH && width <= Float.MAX_VALUE) {
      scale = (double) width / MAX_VALUE;
      float inverse = MAX_VALUE / width;
      sums = SimdQuantiser.quantise(vector, vectorOffset, dimension, least, inverse, code, values);
    } else {
      // In double precision: the width may be twice what a float32 holds, or next to nothing.
      scale = ((double) ScalarQuantiser.greatest(range) - least) / MAX_VALUE;
      double inverse = scale > 0 ? 1 / scale : 0;
      sums =
          ScalarQuantiser.quantiseExtreme(
              vector, vectorOffset, dimension, least, inverse, code, values);
    }
    double unit =
        metric == Metric.COSINE
            ? inverseLength(SimdQuantiser.squaredLength(vector, vectorOffset, dimension))
            : 1;
    code.set(FLOAT, codeOffset, (float) (scale * unit));
    code.set(FLOAT, codeOffset + OFFSET, (float) (least * unit));
    code.set(INT, codeOffset + SUM, ScalarQuantiser.first(sums));
    code.set(INT, codeOffset + SQUARES, ScalarQuantiser.second(sums));
  }

  /// A zero vector stays one, which makes it orthogonal to every other.
  private static double inverseLength(double lengthSquared) {
    return lengthSquared > 0 ? 1 / Math.sqrt(lengthSquared) : 0;
  }

  /// Makes a target of a vector, by way of its code.
  public void aim(MemorySegment vector, long vectorOffset, MemorySegment target, long offset) {
    long code = offset + TARGET_VALUES + 2L * paddedDimension;
    encode(vector, vectorOffset, target, code);
    aimAtCode(target, code, target, offset);
  }

  /// Makes a target of a code.
  public void aimAtCode(MemorySegment code, long codeOffset, MemorySegment target, long offset) {
    MemorySegment.copy(code, codeOffset, target, offset, TERMS_BYTES);
    SimdCodeKernel.target(
        code, codeOffset + TERMS_BYTES, dimension, target, offset + TARGET_VALUES, paddedDimension);
  }

  /// The comparable distance between what a target and a code decode to. It is the same, bit by
  /// bit, with the two exchanged, never NaN, and under [Metric#EUCLIDEAN] zero for equal codes.
  ///
  /// @throws IndexOutOfBoundsException where the target, or the code with [#OVERREAD_BYTES], does
  ///   not lie within its segment
  public float distance(MemorySegment target, long offset, MemorySegment code, long codeOffset) {
    int dot =
        SimdCodeKernel.dot(
            target, offset + TARGET_VALUES, code, codeOffset + TERMS_BYTES, dimension);
    double aScale = target.get(FLOAT, offset);
    double bScale = code.get(FLOAT, codeOffset);
    double aLeast = target.get(FLOAT, offset + OFFSET);
    double bLeast = code.get(FLOAT, codeOffset + OFFSET);
    double aSum = aScale * target.get(INT, offset + SUM);
    double bSum = bScale * code.get(INT, codeOffset + SUM);
    if (metric == Metric.EUCLIDEAN) {
      double shift = aLeast - bLeast;
      double ofCodes =
          aScale * aScale * target.get(INT, offset + SQUARES)
              + bScale * bScale * code.get(INT, codeOffset + SQUARES)
              - 2 * (aScale * bScale * dot);
      return (float) Math.max(0, shift * (dimension * shift + 2 * (aSum - bSum)) + ofCodes);
    }
    double product =
        aLeast * bLeast * dimension + (aLeast * bSum + bLeast * aSum) + aScale * bScale * dot;
    return (float) (metric == Metric.COSINE ? Math.clamp(1 - product, 0.0, 2.0) : -product);
  }
}
