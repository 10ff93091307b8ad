package org.vexfs.daemon.distance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class VectorCodeTest {
  private static final long SEED = 20_260_711L;

  static List<VectorSpecies<Short>> species() {
    return List.of(ShortVector.SPECIES_128, ShortVector.SPECIES_256, ShortVector.SPECIES_512);
  }

  /// Both halves of a kernel for a lane width: laying out a target, and its products with a code.
  private record Kernel(MethodHandle target, MethodHandle dot) {
    private static final int PADDING = 64;

    static Kernel of(VectorSpecies<Short> species) throws Exception {
      try (InputStream code = SimdCodeKernel.class.getResourceAsStream("SimdCodeKernel.class")) {
        if (code == null) {
          throw new IOException("SimdCodeKernel.class is not on the class path");
        }
        MethodHandles.Lookup copy =
            MethodHandles.privateLookupIn(SimdCodeKernel.class, MethodHandles.lookup())
                .defineHiddenClassWithClassData(code.readAllBytes(), species, true);
        MethodType type = MethodType.methodType(int.class, long.class, long.class, int.class);
        return new Kernel(
            copy.findStatic(
                copy.lookupClass(),
                "target",
                MethodType.methodType(
                    void.class,
                    MemorySegment.class,
                    long.class,
                    int.class,
                    MemorySegment.class,
                    long.class,
                    int.class)),
            copy.findStatic(copy.lookupClass(), "dot", type));
      }
    }

    int dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int count)
        throws Throwable {
      int padded = (count + PADDING - 1) / PADDING * PADDING;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment laidOut = arena.allocate(2L * padded);
        laidOut.fill((byte) 0x55);
        target.invokeExact(a, aOffset, count, laidOut, 0L, padded);
        return (int) dot.invokeExact(laidOut.address(), b.address() + bOffset, count);
      }
    }
  }

  private static int[] dimensions() {
    return IntStream.concat(
            IntStream.rangeClosed(1, 70), IntStream.of(127, 384, 784, 1_536, 4_099, 65_536))
        .toArray();
  }

  /// Values of a code, random or all the greatest, at an offset, and something else after them.
  private static MemorySegment values(Random random, int offset, int count, Arena arena) {
    MemorySegment values = arena.allocate(offset + count + VectorCode.OVERREAD_BYTES);
    values.fill((byte) 0xAA);
    boolean greatest = random.nextInt(4) == 0;
    for (int i = 0; i < count; i++) {
      int value = greatest ? VectorCode.MAX_VALUE : random.nextInt(VectorCode.MAX_VALUE + 1);
      values.set(ValueLayout.JAVA_BYTE, offset + i, (byte) value);
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("species")
  void simdKernel_anyValues_equalsScalarTwin(VectorSpecies<Short> species) throws Throwable {
    Kernel simd = Kernel.of(species);
    Random random = new Random(SEED);
    for (int count : dimensions()) {
      try (Arena arena = Arena.ofConfined()) {
        int aOffset = random.nextInt(65);
        int bOffset = random.nextInt(65);
        MemorySegment a = values(random, aOffset, count, arena);
        MemorySegment b = values(random, bOffset, count, arena);
        assertEquals(
            ScalarCodeKernel.dot(a, aOffset, b, bOffset, count),
            simd.dot(a, aOffset, b, bOffset, count),
            species + " count " + count + " seed " + SEED);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("species")
  void simdKernel_greatestSum_doesNotOverflow(VectorSpecies<Short> species) throws Throwable {
    MemorySegment all = Arena.ofAuto().allocate(65_536);
    all.fill((byte) VectorCode.MAX_VALUE);
    assertEquals(127 * 127 * 65_536, Kernel.of(species).dot(all, 0, all, 0, 65_536));
  }

  private static float[] gaussian(Random random, int dimension, float mean) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = mean + (float) random.nextGaussian();
    }
    return vector;
  }

  private static MemorySegment encoded(VectorCode code, float[] vector) {
    // No more after the code than is promised; what was there before must not count.
    MemorySegment memory = Arena.ofAuto().allocate(code.bytes() + VectorCode.OVERREAD_BYTES);
    memory.fill((byte) 0x55);
    code.encode(MemorySegment.ofArray(vector), 0, memory, 0);
    return memory;
  }

  private static float distance(VectorCode code, MemorySegment a, MemorySegment b) {
    MemorySegment target = Arena.ofAuto().allocate(code.targetBytes());
    code.aimAtCode(a, 0, target, 0);
    return distances(code, target, b)[0];
  }

  private static float[] distances(VectorCode code, MemorySegment target, MemorySegment... codes) {
    long[] addresses = Stream.of(codes).mapToLong(MemorySegment::address).toArray();
    float[] distances = new float[codes.length];
    try {
      code.distances(
          target.address(), addresses, codes.length, new int[codes.length], distances, 0);
    } finally {
      Reference.reachabilityFence(target);
      Reference.reachabilityFence(codes);
    }
    return distances;
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  /// The most that coding moves a vector: half a step of its range in each value, and what
  /// narrowing scale and offset adds.
  private static double displacement(float[] vector) {
    float least = Float.POSITIVE_INFINITY;
    float greatest = Float.NEGATIVE_INFINITY;
    for (float value : vector) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    double step = ((double) greatest - least) / VectorCode.MAX_VALUE;
    return Math.sqrt(vector.length) * step / 2 + 4e-7 * length(vector);
  }

  /// How far the distance of codes may be from that of the vectors, by the triangle inequality.
  private static double bound(Metric metric, float[] a, float[] b) {
    double moved = displacement(a) + displacement(b);
    return switch (metric) {
      case EUCLIDEAN -> {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
          double difference = (double) a[i] - b[i];
          squares += difference * difference;
        }
        yield moved * (2 * Math.sqrt(squares) + moved) + 1e-6 * squares;
      }
      case DOT ->
          displacement(a) * length(b)
              + length(a) * displacement(b)
              + displacement(a) * displacement(b)
              + 1e-6 * length(a) * length(b);
      case COSINE -> {
        double aMoved = displacement(a) / length(a);
        double bMoved = displacement(b) / length(b);
        yield aMoved + bMoved + aMoved * bMoved + 1e-6;
      }
      case MANHATTAN, HAMMING -> throw new IllegalArgumentException(metric.id());
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"EUCLIDEAN", "COSINE", "DOT"})
  void distance_randomVectors_isWithinTheQuantisationError(Metric metric) {
    Random random = new Random(SEED);
    DistanceKernel exact = ScalarKernels.forMetric(metric);
    for (int dimension : dimensions()) {
      VectorCode code = new VectorCode(metric, dimension);
      float mean = random.nextInt(3) * 100;
      float[] a = gaussian(random, dimension, mean);
      float[] b = gaussian(random, dimension, random.nextBoolean() ? mean : 0);
      float expected =
          exact.distance(MemorySegment.ofArray(a), 0, MemorySegment.ofArray(b), 0, dimension);
      MemorySegment aCode = encoded(code, a);
      MemorySegment bCode = encoded(code, b);
      float distance = distance(code, aCode, bCode);
      String what = metric + " dimension " + dimension + " seed " + SEED;
      assertEquals(expected, distance, bound(metric, a, b), what);
      assertEquals(distance, distance(code, bCode, aCode), what + " exchanged");
      if (metric == Metric.EUCLIDEAN) {
        assertEquals(0, distance(code, aCode, encoded(code, a)), what + " equal");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"EUCLIDEAN", "COSINE", "DOT"})
  void distance_extremeFiniteValues_isNeverNaN(Metric metric) {
    float[] extremes = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, 1e-30f, 1e25f, 0, -0f};
    Random random = new Random(SEED);
    for (int dimension : dimensions()) {
      VectorCode code = new VectorCode(metric, dimension);
      int kinds = 1 + random.nextInt(extremes.length);
      float[] a = new float[dimension];
      float[] b = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        a[i] = extremes[random.nextInt(kinds)];
        b[i] = extremes[extremes.length - 1 - random.nextInt(kinds)];
      }
      float distance = distance(code, encoded(code, a), encoded(code, b));
      assertFalse(Float.isNaN(distance), metric + " dimension " + dimension + " seed " + SEED);
    }
  }

  @Test
  void cosine_tinyAndHugeVectors_keepsTheAngle() {
    VectorCode code = new VectorCode(Metric.COSINE, 40);
    for (float scale : new float[] {1e-40f, 1e-25f, 1, 1e18f, 1e30f, 1e38f}) {
      float[] a = new float[40];
      float[] b = new float[40];
      for (int i = 0; i < a.length; i++) {
        a[i] = i % 2 == 0 ? scale : 0;
        b[i] = scale;
      }
      float distance = distance(code, encoded(code, a), encoded(code, b));
      assertEquals(1 - Math.sqrt(0.5), distance, 1e-4, "scale " + scale);
    }
  }

  @Test
  void cosine_zeroVector_countsAsOrthogonal() {
    VectorCode code = new VectorCode(Metric.COSINE, 20);
    float[] one = new float[20];
    one[3] = 1;
    MemorySegment zero = encoded(code, new float[20]);
    assertEquals(1, distance(code, zero, encoded(code, one)));
    assertEquals(1, distance(code, zero, zero));
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void serves_metricsOfInnerProductsOnly(Metric metric) {
    boolean product = metric != Metric.MANHATTAN && metric != Metric.HAMMING;
    assertEquals(product, VectorCode.serves(metric));
    if (!product) {
      assertThrows(IllegalArgumentException.class, () -> new VectorCode(metric, 8));
    }
  }

  @Test
  void aim_vector_isThatAtItsCode() {
    VectorCode code = new VectorCode(Metric.EUCLIDEAN, 100);
    float[] a = gaussian(new Random(SEED), 100, 3);
    MemorySegment b = encoded(code, gaussian(new Random(SEED + 1), 100, 2));
    MemorySegment target = Arena.ofAuto().allocate(code.targetBytes());
    code.aim(MemorySegment.ofArray(a), 0, target, 0);
    assertEquals(distance(code, encoded(code, a), b), distances(code, target, b)[0]);
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"EUCLIDEAN", "COSINE", "DOT"})
  void distances_severalCodes_areThoseOfEach(Metric metric) {
    Random random = new Random(SEED);
    VectorCode code = new VectorCode(metric, 200);
    MemorySegment[] codes = new MemorySegment[9];
    Arrays.setAll(codes, _ -> encoded(code, gaussian(random, 200, 1)));
    MemorySegment target = Arena.ofAuto().allocate(code.targetBytes());
    code.aimAtCode(codes[0], 0, target, 0);
    float[] together = distances(code, target, codes);
    for (int i = 0; i < codes.length; i++) {
      assertEquals(distance(code, codes[0], codes[i]), together[i], "seed " + SEED);
    }
  }

  @Test
  void bytes_anyDimension_isOneAValueAndTheTerms() {
    assertEquals(1 + 16, new VectorCode(Metric.DOT, 1).bytes());
    assertEquals(784 + 16, new VectorCode(Metric.DOT, 784).bytes());
  }
}
