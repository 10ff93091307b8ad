package org.vexfs.daemon.distance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SimdQuantiserTest {
  private static final long SEED = 20_261_122L;

  static List<VectorSpecies<Float>> species() {
    return List.of(FloatVector.SPECIES_128, FloatVector.SPECIES_256, FloatVector.SPECIES_512);
  }

  /// The quantiser for a lane width.
  private record Quantiser(MethodHandle range, MethodHandle squaredLength, MethodHandle quantise) {
    static Quantiser of(VectorSpecies<Float> species) throws Exception {
      try (InputStream code = SimdQuantiser.class.getResourceAsStream("SimdQuantiser.class")) {
        if (code == null) {
          throw new IOException("SimdQuantiser.class is not on the class path");
        }
        MethodHandles.Lookup copy =
            MethodHandles.privateLookupIn(SimdQuantiser.class, MethodHandles.lookup())
                .defineHiddenClassWithClassData(code.readAllBytes(), species, true);
        return new Quantiser(
            copy.findStatic(copy.lookupClass(), "range", ofVector(long.class)),
            copy.findStatic(copy.lookupClass(), "squaredLength", ofVector(double.class)),
            copy.findStatic(
                copy.lookupClass(),
                "quantise",
                ofVector(long.class)
                    .appendParameterTypes(
                        float.class, float.class, MemorySegment.class, long.class)));
      }
    }

    private static MethodType ofVector(Class<?> result) {
      return MethodType.methodType(result, MemorySegment.class, long.class, int.class);
    }
  }

  private static int[] dimensions() {
    return IntStream.concat(IntStream.rangeClosed(1, 70), IntStream.of(384, 784, 1_536, 4_099))
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("species")
  void anyVector_isCodedAsByTheScalarTwin(VectorSpecies<Float> species) throws Throwable {
    Quantiser simd = Quantiser.of(species);
    Random random = new Random(SEED);
    for (int dimension : dimensions()) {
      int skipped = random.nextInt(3);
      float[] values = new float[skipped + dimension];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian(1, 3);
      }
      MemorySegment vector = MemorySegment.ofArray(values);
      long offset = (long) Float.BYTES * skipped;
      String what = "seed " + SEED + ", dimension " + dimension;

      long range = (long) simd.range.invokeExact(vector, offset, dimension);
      assertEquals(ScalarQuantiser.range(vector, offset, dimension), range, what);

      double squares = (double) simd.squaredLength.invokeExact(vector, offset, dimension);
      double expected = ScalarQuantiser.squaredLength(vector, offset, dimension);
      assertEquals(expected, squares, 1e-12 * expected, what);

      float least = ScalarQuantiser.least(range);
      float inverse = VectorCode.MAX_VALUE / (ScalarQuantiser.greatest(range) - least + 1e-3f);
      byte[] code = new byte[3 + dimension + 1];
      byte[] expectedCode = code.clone();
      long sums =
          (long)
              simd.quantise.invokeExact(
                  vector, offset, dimension, least, inverse, MemorySegment.ofArray(code), 3L);
      long expectedSums =
          ScalarQuantiser.quantise(
              vector, offset, 0, dimension, least, inverse, MemorySegment.ofArray(expectedCode), 3);
      assertArrayEquals(expectedCode, code, what);
      assertEquals(expectedSums, sums, what);
    }
  }
}
