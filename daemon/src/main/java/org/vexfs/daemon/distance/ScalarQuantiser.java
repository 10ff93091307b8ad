package org.vexfs.daemon.distance;

import static org.vexfs.daemon.distance.ScalarKernels.value;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What it takes to code a vector, a value at a time: the rest that [SimdQuantiser] leaves, and its
/// oracle. Vectors are of finite float32 values, little-endian.
final class ScalarQuantiser {
  private ScalarQuantiser() {}

  /// The least and the greatest of the `count` values, as the halves of a long: for [#least] and
  /// [#greatest].
  static long range(MemorySegment vector, long offset, int count) {
    float least = Float.POSITIVE_INFINITY;
    float greatest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      float value = value(vector, offset, i);
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return range(least, greatest);
  }

  static long range(float least, float greatest) {
    return pair(Float.floatToRawIntBits(least), Float.floatToRawIntBits(greatest));
  }

  static float least(long range) {
    return Float.intBitsToFloat(first(range));
  }

  static float greatest(long range) {
    return Float.intBitsToFloat(second(range));
  }

  /// The sum of the squares of the values.
  static double squaredLength(MemorySegment vector, long offset, int count) {
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double value = value(vector, offset, i);
      squares += value * value;
    }
    return squares;
  }

  /// Writes (value - least) · inverse, rounded, of the values from `from` on.
  ///
  /// @return the sum of what was written, and of its squares, for [#first] and [#second]
  static long quantise(
      MemorySegment vector,
      long offset,
      int from,
      int count,
      float least,
      float inverse,
      MemorySegment code,
      long codeOffset) {
    int sum = 0;
    int squares = 0;
    for (int i = from; i < count; i++) {
      float steps = (value(vector, offset, i) - least) * inverse;
      int value = Math.min((int) (steps + 0.5f), VectorCode.MAX_VALUE);
      code.set(ValueLayout.JAVA_BYTE, codeOffset + i, (byte) value);
      sum += value;
      squares += value * value;
    }
    return pair(sum, squares);
  }

  /// The same where the difference of two values, or its inverse, is no finite float32.
  static long quantiseExtreme(
      MemorySegment vector,
      long offset,
      int count,
      double least,
      double inverse,
      MemorySegment code,
      long codeOffset) {
    int sum = 0;
    int squares = 0;
    for (int i = 0; i < count; i++) {
      double steps = (value(vector, offset, i) - least) * inverse;
      int value = Math.min((int) (steps + 0.5), VectorCode.MAX_VALUE);
      code.set(ValueLayout.JAVA_BYTE, codeOffset + i, (byte) value);
      sum += value;
      squares += value * value;
    }
    return pair(sum, squares);
  }

  /// Two ints in one long.
  static long pair(int first, int second) {
    return ((long) second << Integer.SIZE) | Integer.toUnsignedLong(first);
  }

  static int first(long pair) {
    return (int) pair;
  }

  static int second(long pair) {
    return (int) (pair >> Integer.SIZE);
  }
}
