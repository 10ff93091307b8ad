package org.vexfs.daemon.distance;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// What it takes to code a vector, on the machine's vector unit; [ScalarQuantiser] says what, and
/// does the rest that fills no vector.
///
/// The species are constants of the class for the reason told at [SimdKernels], and tests replace
/// them in the same way.
final class SimdQuantiser {
  private static final VectorSpecies<Float> FLOATS = species();
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Double> DOUBLES = FLOATS.withLanes(double.class);
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final int LANES = FLOATS.length();

  /// No vector of bytes has fewer lanes.
  private static final int LEAST_LANES = 8;

  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Byte.SIZE * Math.max(LANES, LEAST_LANES)));

  private SimdQuantiser() {}

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

  private static FloatVector load(MemorySegment vector, long offset, int index) {
    return FloatVector.fromMemorySegment(
        FLOATS, vector, offset + (long) Float.BYTES * index, ORDER);
  }

  static long range(MemorySegment vector, long offset, int count) {
    FloatVector least = FloatVector.broadcast(FLOATS, Float.POSITIVE_INFINITY);
    FloatVector greatest = least.neg();
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector values = load(vector, offset, i);
      least = least.min(values);
      greatest = greatest.max(values);
    }
    long rest = ScalarQuantiser.range(vector, offset + (long) Float.BYTES * i, count - i);
    return ScalarQuantiser.range(
        Math.min(least.reduceLanes(MIN), ScalarQuantiser.least(rest)),
        Math.max(greatest.reduceLanes(MAX), ScalarQuantiser.greatest(rest)));
  }

  static double squaredLength(MemorySegment vector, long offset, int count) {
    DoubleVector low = DoubleVector.zero(DOUBLES);
    DoubleVector high = low;
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector values = load(vector, offset, i);
      DoubleVector first = (DoubleVector) values.convertShape(F2D, DOUBLES, 0);
      DoubleVector second = (DoubleVector) values.convertShape(F2D, DOUBLES, 1);
      low = low.add(first.mul(first));
      high = high.add(second.mul(second));
    }
    double rest = ScalarQuantiser.squaredLength(vector, offset + (long) Float.BYTES * i, count - i);
    // Not by a reduction, whose order may differ from call to call: the same vector always has the
    // same code.
    double sum = rest;
    for (double lane : low.add(high).toDoubleArray()) {
      sum += lane;
    }
    return sum;
  }

  static long quantise(
      MemorySegment vector,
      long offset,
      int count,
      float least,
      float inverse,
      MemorySegment code,
      long codeOffset) {
    IntVector sums = IntVector.zero(INTS);
    IntVector squares = sums;
    int i = 0;
    for (; LANES >= LEAST_LANES && i <= count - LANES; i += LANES) {
      FloatVector steps = load(vector, offset, i).sub(least).mul(inverse).add(0.5f);
      IntVector values = ((IntVector) steps.convertShape(F2I, INTS, 0)).min(VectorCode.MAX_VALUE);
      sums = sums.add(values);
      squares = squares.add(values.mul(values));
      ((ByteVector) values.convertShape(I2B, BYTES, 0))
          .intoMemorySegment(code, codeOffset + i, ORDER);
    }
    long rest =
        ScalarQuantiser.quantise(vector, offset, i, count, least, inverse, code, codeOffset);
    return ScalarQuantiser.pair(
        sums.reduceLanes(ADD) + ScalarQuantiser.first(rest),
        squares.reduceLanes(ADD) + ScalarQuantiser.second(rest));
  }
}
