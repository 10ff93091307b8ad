package org.vexfs.daemon.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The inner product of two codes, a byte at a time: the oracle of [SimdCodeKernel].
final class ScalarCodeKernel {
  private ScalarCodeKernel() {}

  /// Sum of the products of `count` values 0 … [VectorCode#MAX_VALUE].
  static int dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += a.get(ValueLayout.JAVA_BYTE, aOffset + i) * b.get(ValueLayout.JAVA_BYTE, bOffset + i);
    }
    return sum;
  }
}
