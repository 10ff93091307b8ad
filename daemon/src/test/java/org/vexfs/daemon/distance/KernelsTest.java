package org.vexfs.daemon.distance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class KernelsTest {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long SEED = 20_260_101L;

  record Variant(Metric metric, VectorSpecies<Float> species) {
    /// The kernel compiled for this lane width, by a copy of the class that holds the kernels.
    DistanceKernel kernel() throws Throwable {
      try (InputStream code = SimdKernels.class.getResourceAsStream("SimdKernels.class")) {
        if (code == null) {
          throw new IOException("SimdKernels.class is not on the class path");
        }
        MethodHandles.Lookup copy =
            MethodHandles.privateLookupIn(SimdKernels.class, MethodHandles.lookup())
                .defineHiddenClassWithClassData(code.readAllBytes(), species, true);
        return (DistanceKernel)
            copy.findStatic(
                    copy.lookupClass(),
                    "forMetric",
                    MethodType.methodType(DistanceKernel.class, Metric.class))
                .invokeExact(metric);
      }
    }
  }

  private record Pair(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension) {
    float distance(DistanceKernel kernel) {
      return kernel.distance(a, aOffset, b, bOffset, dimension);
    }

    Pair exchanged() {
      return new Pair(b, bOffset, a, aOffset, dimension);
    }
  }

  static List<Variant> variants() {
    List<Variant> variants = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      variants.add(new Variant(metric, FloatVector.SPECIES_128));
      variants.add(new Variant(metric, FloatVector.SPECIES_256));
      variants.add(new Variant(metric, FloatVector.SPECIES_512));
    }
    return variants;
  }

  private static int[] dimensions() {
    return IntStream.concat(
            IntStream.rangeClosed(1, 70), IntStream.of(127, 129, 384, 784, 1_536, 4_099, 65_536))
        .toArray();
  }

  /// Two vectors at random offsets, with nothing after the last value, so that a read beyond it
  /// fails; every fourth value is shared, so that Hamming distances are not the dimension.
  private static Pair randomPair(Random random, int dimension, Arena arena) {
    long aOffset = 4L * random.nextInt(17);
    long bOffset = 4L * random.nextInt(17);
    MemorySegment a = arena.allocate(aOffset + 4L * dimension, 4);
    MemorySegment b = MemorySegment.ofArray(new byte[(int) bOffset + 4 * dimension]);
    for (int i = 0; i < dimension; i++) {
      float x = (float) random.nextGaussian();
      float y = random.nextInt(4) == 0 ? x : (float) random.nextGaussian();
      a.set(FLOAT, aOffset + 4L * i, x);
      b.set(FLOAT, bOffset + 4L * i, y);
    }
    return new Pair(a, aOffset, b, bOffset, dimension);
  }

  private static Pair pair(float[] a, float[] b) {
    return new Pair(MemorySegment.ofArray(a), 0, MemorySegment.ofArray(b), 0, a.length);
  }

  /// How far float32 sums may be from the exact one. Summing n terms one by one errs by at most
  /// n·u·Σ|term| (Higham, Accuracy and Stability of Numerical Algorithms, 4.2), u = 2^-24; a term
  /// itself carries up to three roundings. The kernels sum in fewer, parallel chains, which only
  /// makes it better; sign-random rounding leaves √n·u in practice, and six times that is asked.
  private static double tolerance(Metric metric, Pair pair) {
    double magnitude = 0;
    for (int i = 0; i < pair.dimension; i++) {
      double x = pair.a.get(FLOAT, pair.aOffset + 4L * i);
      double y = pair.b.get(FLOAT, pair.bOffset + 4L * i);
      magnitude +=
          switch (metric) {
            case EUCLIDEAN -> (x - y) * (x - y);
            case DOT -> Math.abs(x * y);
            case MANHATTAN -> Math.abs(x - y);
            case COSINE, HAMMING -> 0;
          };
    }
    double units = 6 * (Math.sqrt(pair.dimension) + 3) * 0x1p-24;
    return switch (metric) {
      case HAMMING -> 0;
      case COSINE -> 2 * units;
      case EUCLIDEAN, DOT, MANHATTAN -> units * magnitude;
    };
  }

  @ParameterizedTest
  @MethodSource("variants")
  void simdKernel_randomVectors_agreesWithScalarTwin(Variant variant) throws Throwable {
    DistanceKernel simd = variant.kernel();
    DistanceKernel scalar = ScalarKernels.forMetric(variant.metric);
    Random random = new Random(SEED);
    for (int dimension : dimensions()) {
      try (Arena arena = Arena.ofConfined()) {
        Pair pair = randomPair(random, dimension, arena);
        String what = variant + " dimension " + dimension + " seed " + SEED;
        double expected = pair.distance(scalar);
        assertEquals(expected, pair.distance(simd), tolerance(variant.metric, pair), what);
        assertEquals(pair.distance(simd), pair.exchanged().distance(simd), what + " exchanged");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void simdKernel_vectorBeyondSegment_isRefused(Variant variant) throws Throwable {
    DistanceKernel simd = variant.kernel();
    for (int dimension : new int[] {1, 7, 16, 100}) {
      MemorySegment whole = MemorySegment.ofArray(new float[dimension]);
      MemorySegment cut = whole.asSlice(0, 4L * dimension - 4);
      assertThrows(
          IndexOutOfBoundsException.class, () -> simd.distance(whole, 0, cut, 0, dimension));
      assertThrows(
          IndexOutOfBoundsException.class, () -> simd.distance(cut, 0, whole, 0, dimension));
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void simdKernel_extremeFiniteValues_isNeverNaN(Variant variant) throws Throwable {
    DistanceKernel simd = variant.kernel();
    DistanceKernel scalar = ScalarKernels.forMetric(variant.metric);
    float[] extremes = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, 1e-30f, 1e25f, 0, -0f};
    Random random = new Random(SEED);
    for (int dimension : dimensions()) {
      float[] a = new float[dimension];
      float[] b = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        a[i] = extremes[random.nextInt(extremes.length)];
        b[i] = extremes[random.nextInt(extremes.length)];
      }
      float distance = pair(a, b).distance(simd);
      assertFalse(Float.isNaN(distance), variant + " dimension " + dimension + " seed " + SEED);
      if (variant.metric != Metric.EUCLIDEAN && variant.metric != Metric.MANHATTAN) {
        float expected = pair(a, b).distance(scalar);
        double tolerance = Float.isInfinite(expected) ? 0 : Math.abs(expected) * 1e-3 + 1e-6;
        assertEquals(expected, distance, tolerance, variant + " dimension " + dimension);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void kernel_handComputedVectors_hasTheKnownDistance(Metric metric) {
    Pair pair = pair(new float[] {3, 0, 1}, new float[] {0, 4, 1});
    double expected =
        switch (metric) {
          case EUCLIDEAN -> 25;
          case COSINE -> 1 - 1 / Math.sqrt(10 * 17);
          case DOT -> -1;
          case MANHATTAN -> 7;
          case HAMMING -> 2;
        };
    assertEquals(expected, pair.distance(Kernels.forMetric(metric)), 1e-6);
    assertEquals(expected, pair.distance(ScalarKernels.forMetric(metric)), 1e-6);
  }

  @Test
  void cosine_tinyAndHugeVectors_keepsTheAngle() {
    DistanceKernel cosine = Kernels.forMetric(Metric.COSINE);
    for (float scale : new float[] {1e-40f, 1e-25f, 1, 1e18f, 1e30f, 1e38f}) {
      float[] a = new float[40];
      float[] b = new float[40];
      for (int i = 0; i < a.length; i++) {
        a[i] = i % 2 == 0 ? scale : 0;
        b[i] = scale;
      }
      assertEquals(1 - Math.sqrt(0.5), pair(a, b).distance(cosine), 1e-4, "scale " + scale);
    }
  }

  @Test
  void cosine_sameAndOppositeDirections_staysWithinItsRange() {
    DistanceKernel cosine = Kernels.forMetric(Metric.COSINE);
    Random random = new Random(SEED);
    for (int round = 0; round < 1_000; round++) {
      float[] a = new float[1 + random.nextInt(200)];
      float[] same = new float[a.length];
      float[] opposite = new float[a.length];
      float scale = random.nextFloat() + 0.5f;
      for (int i = 0; i < a.length; i++) {
        a[i] = random.nextFloat() - 0.5f;
        same[i] = scale * a[i];
        opposite[i] = -scale * a[i];
      }
      float near = pair(a, same).distance(cosine);
      float far = pair(a, opposite).distance(cosine);
      assertTrue(near >= 0 && near < 1e-5, "near " + near + " seed " + SEED);
      assertTrue(far <= 2 && far > 2 - 1e-5, "far " + far + " seed " + SEED);
    }
  }

  @Test
  void cosine_zeroVector_countsAsOrthogonal() {
    float[] zero = new float[20];
    float[] one = new float[20];
    one[3] = 1;
    for (DistanceKernel cosine :
        List.of(Kernels.forMetric(Metric.COSINE), ScalarKernels.forMetric(Metric.COSINE))) {
      assertEquals(1, pair(zero, one).distance(cosine));
      assertEquals(1, pair(one, zero).distance(cosine));
      assertEquals(1, pair(zero, zero).distance(cosine));
    }
  }

  @Test
  void hamming_zerosOfEitherSign_areEqual() {
    float[] plus = new float[33];
    float[] minus = new float[33];
    Arrays.fill(minus, -0f);
    assertEquals(0, pair(plus, minus).distance(Kernels.forMetric(Metric.HAMMING)));
  }
}
