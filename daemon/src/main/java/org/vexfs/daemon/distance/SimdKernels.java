package org.vexfs.daemon.distance;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.NE;
import static org.vexfs.daemon.distance.ScalarKernels.value;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The kernels on the machine's vector unit. Each is a body that takes several vectors a turn into
/// accumulators of their own, so that additions need not wait for one another; a body that takes
/// one; a scalar tail; and a guard that hands what left the range of float32 to the scalar twin.
///
/// The species must be a constant of the class: the compiler turns vector operations into
/// instructions only where it knows the species while compiling, and a species that arrives as an
/// argument or in a field makes a kernel some hundred times slower unless inlining happens to help.
/// So a test that wants another lane width defines a copy of this class, as a hidden class whose
/// class data is the species.
final class SimdKernels {
  private static final VectorSpecies<Float> SPECIES = species();

  /// Without the instruction, a fused multiply-add is emulated with big decimals. Every ARM with 64
  /// bits has it, and every x86 with the 256-bit integer instructions that the JVM asks for before
  /// it prefers such vectors.
  private static final boolean FUSED =
      SPECIES.vectorBitSize() >= 256 || System.getProperty("os.arch", "").equals("aarch64");

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final int LANES = SPECIES.length();
  private static final long VECTOR_BYTES = SPECIES.vectorByteSize();

  /// Below this, the rounding of squares next to the smallest float32 would show in a cosine.
  private static final float LEAST_SQUARES = 1e-30f;

  private SimdKernels() {}

  private static VectorSpecies<Float> species() {
    try {
      @SuppressWarnings("unchecked")
      VectorSpecies<Float> given =
          MethodHandles.classData(MethodHandles.lookup(), "_", VectorSpecies.class);
      return given == null ? FloatVector.SPECIES_PREFERRED : given;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The fast kernel for a metric.
  static DistanceKernel forMetric(Metric metric) {
    return switch (metric) {
      case EUCLIDEAN -> SimdKernels::euclidean;
      case COSINE -> SimdKernels::cosine;
      case DOT -> SimdKernels::dot;
      case MANHATTAN -> SimdKernels::manhattan;
      case HAMMING -> SimdKernels::hamming;
    };
  }

  private static FloatVector load(MemorySegment segment, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, segment, offset, ORDER);
  }

  private static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector sum) {
    return FUSED ? a.fma(b, sum) : a.mul(b).add(sum);
  }

  private static FloatVector addSquare(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, FloatVector sum) {
    FloatVector difference = load(a, aOffset).sub(load(b, bOffset));
    return multiplyAdd(difference, difference, sum);
  }

  private static float euclidean(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    long p = aOffset;
    long q = bOffset;
    int i = 0;
    for (; i <= dimension - 4 * LANES; i += 4 * LANES) {
      sum0 = addSquare(a, p, b, q, sum0);
      sum1 = addSquare(a, p + VECTOR_BYTES, b, q + VECTOR_BYTES, sum1);
      sum2 = addSquare(a, p + 2 * VECTOR_BYTES, b, q + 2 * VECTOR_BYTES, sum2);
      sum3 = addSquare(a, p + 3 * VECTOR_BYTES, b, q + 3 * VECTOR_BYTES, sum3);
      p += 4 * VECTOR_BYTES;
      q += 4 * VECTOR_BYTES;
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = addSquare(a, p, b, q, sum0);
      p += VECTOR_BYTES;
      q += VECTOR_BYTES;
    }
    float sum = sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(ADD);
    for (; i < dimension; i++) {
      float difference = value(a, aOffset, i) - value(b, bOffset, i);
      sum += difference * difference;
    }
    return sum;
  }

  private static FloatVector addProduct(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, FloatVector sum) {
    return multiplyAdd(load(a, aOffset), load(b, bOffset), sum);
  }

  private static float dot(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    long p = aOffset;
    long q = bOffset;
    int i = 0;
    for (; i <= dimension - 4 * LANES; i += 4 * LANES) {
      sum0 = addProduct(a, p, b, q, sum0);
      sum1 = addProduct(a, p + VECTOR_BYTES, b, q + VECTOR_BYTES, sum1);
      sum2 = addProduct(a, p + 2 * VECTOR_BYTES, b, q + 2 * VECTOR_BYTES, sum2);
      sum3 = addProduct(a, p + 3 * VECTOR_BYTES, b, q + 3 * VECTOR_BYTES, sum3);
      p += 4 * VECTOR_BYTES;
      q += 4 * VECTOR_BYTES;
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = addProduct(a, p, b, q, sum0);
      p += VECTOR_BYTES;
      q += VECTOR_BYTES;
    }
    float sum = sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(ADD);
    for (; i < dimension; i++) {
      sum += value(a, aOffset, i) * value(b, bOffset, i);
    }
    // Partial sums of opposite sign may overflow though the whole would not.
    return Float.isFinite(sum) ? -sum : ScalarKernels.dot(a, aOffset, b, bOffset, dimension);
  }

  private static float cosine(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    FloatVector dot0 = FloatVector.zero(SPECIES);
    FloatVector dot1 = dot0;
    FloatVector aSquares0 = dot0;
    FloatVector aSquares1 = dot0;
    FloatVector bSquares0 = dot0;
    FloatVector bSquares1 = dot0;
    long p = aOffset;
    long q = bOffset;
    int i = 0;
    for (; i <= dimension - 2 * LANES; i += 2 * LANES) {
      FloatVector x0 = load(a, p);
      FloatVector y0 = load(b, q);
      FloatVector x1 = load(a, p + VECTOR_BYTES);
      FloatVector y1 = load(b, q + VECTOR_BYTES);
      dot0 = multiplyAdd(x0, y0, dot0);
      dot1 = multiplyAdd(x1, y1, dot1);
      aSquares0 = multiplyAdd(x0, x0, aSquares0);
      aSquares1 = multiplyAdd(x1, x1, aSquares1);
      bSquares0 = multiplyAdd(y0, y0, bSquares0);
      bSquares1 = multiplyAdd(y1, y1, bSquares1);
      p += 2 * VECTOR_BYTES;
      q += 2 * VECTOR_BYTES;
    }
    if (i <= dimension - LANES) {
      FloatVector x = load(a, p);
      FloatVector y = load(b, q);
      dot0 = multiplyAdd(x, y, dot0);
      aSquares0 = multiplyAdd(x, x, aSquares0);
      bSquares0 = multiplyAdd(y, y, bSquares0);
      i += LANES;
    }
    float dot = dot0.add(dot1).reduceLanes(ADD);
    float aSquares = aSquares0.add(aSquares1).reduceLanes(ADD);
    float bSquares = bSquares0.add(bSquares1).reduceLanes(ADD);
    for (; i < dimension; i++) {
      float x = value(a, aOffset, i);
      float y = value(b, bOffset, i);
      dot += x * y;
      aSquares += x * x;
      bSquares += y * y;
    }
    boolean inRange =
        aSquares >= LEAST_SQUARES
            && bSquares >= LEAST_SQUARES
            && aSquares + bSquares <= Float.MAX_VALUE;
    return inRange
        ? ScalarKernels.cosineDistance(dot, aSquares, bSquares)
        : ScalarKernels.cosine(a, aOffset, b, bOffset, dimension);
  }

  private static FloatVector addDifference(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, FloatVector sum) {
    return load(a, aOffset).sub(load(b, bOffset)).abs().add(sum);
  }

  private static float manhattan(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    long p = aOffset;
    long q = bOffset;
    int i = 0;
    for (; i <= dimension - 4 * LANES; i += 4 * LANES) {
      sum0 = addDifference(a, p, b, q, sum0);
      sum1 = addDifference(a, p + VECTOR_BYTES, b, q + VECTOR_BYTES, sum1);
      sum2 = addDifference(a, p + 2 * VECTOR_BYTES, b, q + 2 * VECTOR_BYTES, sum2);
      sum3 = addDifference(a, p + 3 * VECTOR_BYTES, b, q + 3 * VECTOR_BYTES, sum3);
      p += 4 * VECTOR_BYTES;
      q += 4 * VECTOR_BYTES;
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = addDifference(a, p, b, q, sum0);
      p += VECTOR_BYTES;
      q += VECTOR_BYTES;
    }
    float sum = sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(ADD);
    for (; i < dimension; i++) {
      sum += Math.abs(value(a, aOffset, i) - value(b, bOffset, i));
    }
    return sum;
  }

  private static int differing(MemorySegment a, long aOffset, MemorySegment b, long bOffset) {
    return load(a, aOffset).compare(NE, load(b, bOffset)).trueCount();
  }

  private static float hamming(
      MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    int count0 = 0;
    int count1 = 0;
    long p = aOffset;
    long q = bOffset;
    int i = 0;
    for (; i <= dimension - 2 * LANES; i += 2 * LANES) {
      count0 += differing(a, p, b, q);
      count1 += differing(a, p + VECTOR_BYTES, b, q + VECTOR_BYTES);
      p += 2 * VECTOR_BYTES;
      q += 2 * VECTOR_BYTES;
    }
    for (; i <= dimension - LANES; i += LANES) {
      count0 += differing(a, p, b, q);
      p += VECTOR_BYTES;
      q += VECTOR_BYTES;
    }
    for (; i < dimension; i++) {
      if (value(a, aOffset, i) != value(b, bOffset, i)) {
        count0++;
      }
    }
    return count0 + count1;
  }
}
