package org.vexfs.daemon.distance;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import org.vexfs.daemon.io.NativeMemory;

/// The inner product of a code with many others on the machine's vector unit.
///
/// A vector of bytes is taken as one of 16-bit lanes, each of which holds two neighbouring values:
/// the even one comes out by a mask, the odd one by a shift, without the shuffles that widening
/// costs. The one code that is compared with many, the *target*, is laid out once so that it meets
/// them: for each vector of bytes, its even values in 16-bit lanes, then its odd ones.
///
/// A product of two 7-bit values is at most 127² = 16,129, so four of them fit into 16 bits without
/// a sign, and only every fourth sum has to be widened to 32.
///
/// A code need not fill the last vector: the target's lanes beyond its last value are zero, so
/// whatever lies behind the other code does not count. It must be readable.
///
/// Codes and targets are named by address ([NativeMemory]): with segments, the checks before and
/// within the short loop over a code cost as much as the products.
///
/// The species are constants of the class for the reason told at [SimdKernels], and tests replace
/// them in the same way.
final class SimdCodeKernel {
  private static final VectorSpecies<Short> SHORTS = species();
  private static final VectorSpecies<Byte> BYTES = SHORTS.withLanes(byte.class);
  private static final VectorSpecies<Integer> INTS = SHORTS.withLanes(int.class);
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  /// Values a vector of bytes.
  private static final int TURN = BYTES.length();

  private static final short LOW_BYTE = 0xFF;

  private SimdCodeKernel() {}

  private static VectorSpecies<Short> species() {
    try {
      @SuppressWarnings("unchecked")
      VectorSpecies<Short> given =
          MethodHandles.classData(MethodHandles.lookup(), "_", VectorSpecies.class);
      return given == null ? ShortVector.SPECIES_PREFERRED : given;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Lays out `count` values of a code as those of a target, with zeros up to `padded` values, a
  /// multiple of those in a vector.
  static void target(
      MemorySegment code,
      long codeOffset,
      int count,
      MemorySegment target,
      long targetOffset,
      int padded) {
    int i = 0;
    for (; i <= count - TURN; i += TURN) {
      ShortVector pairs =
          ByteVector.fromMemorySegment(BYTES, code, codeOffset + i, ORDER).reinterpretAsShorts();
      long at = targetOffset + 2L * i;
      pairs.and(LOW_BYTE).intoMemorySegment(target, at, ORDER);
      pairs.lanewise(LSHR, 8).intoMemorySegment(target, at + TURN, ORDER);
    }
    for (; i < padded; i++) {
      short value = i < count ? code.get(ValueLayout.JAVA_BYTE, codeOffset + i) : 0;
      int place = i % TURN;
      int lane = i - place + place / 2 + (place % 2) * (TURN / 2);
      target.set(SHORT, targetOffset + 2L * lane, value);
    }
  }

  private static ShortVector products(long target, long code) {
    ShortVector pairs =
        ByteVector.fromMemorySegment(BYTES, NativeMemory.ALL, code, ORDER).reinterpretAsShorts();
    ShortVector even = ShortVector.fromMemorySegment(SHORTS, NativeMemory.ALL, target, ORDER);
    ShortVector odd = ShortVector.fromMemorySegment(SHORTS, NativeMemory.ALL, target + TURN, ORDER);
    return pairs.and(LOW_BYTE).mul(even).add(pairs.lanewise(LSHR, 8).mul(odd));
  }

  /// Sum of the products of `count` values 0 … [VectorCode#MAX_VALUE], few enough that it is an
  /// int. Reads the code up to the end of its last vector.
  ///
  /// Sums of 16 bits come in pairs, as the halves of 32 bits. These are added up as they are, and
  /// their high halves once more by themselves; what the high halves have put into the first sum is
  /// taken out of it at the end. It may overflow meanwhile, which subtraction undoes.
  ///
  /// @param target address of a target's values
  /// @param code address of a code's values
  static int dot(long target, long code, int count) {
    IntVector all = IntVector.zero(INTS);
    IntVector high = all;
    int i = 0;
    for (; i <= count - 2 * TURN; i += 2 * TURN) {
      IntVector sums =
          products(target + 2L * i, code + i)
              .add(products(target + 2L * (i + TURN), code + i + TURN))
              .reinterpretAsInts();
      all = all.add(sums);
      high = high.add(sums.lanewise(LSHR, 16));
    }
    for (; i < count; i += TURN) {
      IntVector sums = products(target + 2L * i, code + i).reinterpretAsInts();
      all = all.add(sums);
      high = high.add(sums.lanewise(LSHR, 16));
    }
    return all.sub(high.lanewise(LSHL, 16)).add(high).reduceLanes(ADD);
  }

  /// The [#dot] of a target with each of the first `size` codes.
  static void dots(long target, long[] codes, int size, int count, int[] into) {
    for (int i = 0; i < size; i++) {
      into[i] = dot(target, codes[i], count);
    }
  }
}
