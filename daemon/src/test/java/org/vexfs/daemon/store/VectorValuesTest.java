package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.Fuzz;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.base.VectorMatrix;

final class VectorValuesTest {
  private static final OptionalInt UNKNOWN = OptionalInt.empty();

  private static VectorMatrix parse(String text, OptionalInt dimension) throws VectorFailure {
    return VectorValues.parse(text.getBytes(StandardCharsets.UTF_8), dimension);
  }

  private static byte[] raw(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1,-2.5,30]",
        " [ 1 ,\n\t-2.5 , 3e1 ]\r\n",
        "[[1,-2.5,30.000]]",
        "1,-2.5,30",
        "1, -2.5,\n 30\n",
        "+1.,-.25e1,0.3E+2",
      })
  void parse_everyTextForm_readsTheVector(String text) throws VectorFailure {
    assertEquals(VectorMatrix.ofVector(1, -2.5f, 30), parse(text, UNKNOWN));
    assertEquals(VectorMatrix.ofVector(1, -2.5f, 30), parse(text, OptionalInt.of(3)));
  }

  @Test
  void parse_arrayOfArrays_readsRows() throws VectorFailure {
    VectorMatrix expected = new VectorMatrix(2, 2, new float[] {1, 2, 3, 4});
    assertEquals(expected, parse("[[1, 2],\n [3, 4]]", UNKNOWN));
  }

  @Test
  void parse_singleNumber_isAVectorOfOneDimension() throws VectorFailure {
    assertEquals(VectorMatrix.ofVector(7), parse("7", UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "~~;empty",
        "[];empty",
        "[[]];row 0 is empty",
        "[[1],[]];row 1 is empty",
        "[[1,2],[3]];row 1 has 1 values, row 0 has 2",
        "[[1,2],3];'[' or ',' is missing",
        "[1,[2]];a number is missing at row 0, position 1",
        "[1,2;']' or ',' is missing",
        "[1,2]];behind the end",
        "[1,,2];a number is missing at row 0, position 1",
        "1,2,;a number is missing at row 0, position 2",
        "1 2;behind the end",
        "~ ~;a number is missing",
        "[NaN, 1];row 0, position 0 (counted from 0) is 'NaN', which is not finite",
        "[[1,2],[3,-Infinity]];row 1, position 1 (counted from 0) is '-Infinity'",
        "1,inf;not finite",
        "[1,1e39];too large for float32",
        "[1,1e99999999];too large for float32",
        "1,--2;is no number",
        "1,2e;is no number",
        "1,.;is no number",
        "[[[1]]];a number is missing",
        "not a vector at all;'not a vector at all' is no vector",
        "{\"vector\":[1]};is no vector",
        "[\"1\"];is no vector",
      })
  void parse_badText_isRefusedWithItsCause(String text, String cause) {
    InvalidVector failure = assertThrows(InvalidVector.class, () -> parse(text, UNKNOWN));
    NpyFormatTest.assertMentions(cause, failure);
  }

  @Test
  void parse_textOfAnotherDimension_isRefused() {
    InvalidVector failure =
        assertThrows(InvalidVector.class, () -> parse("[1,2,3]", OptionalInt.of(4)));
    assertEquals("text: the vector has dimension 3, the collection 4", failure.getMessage());
  }

  @Test
  void parse_npyOfAnotherDimension_isRefused() {
    byte[] stream = NpyFormat.encode(VectorMatrix.ofVector(1, 2), true);
    InvalidVector failure =
        assertThrows(InvalidVector.class, () -> VectorValues.parse(stream, OptionalInt.of(3)));
    assertEquals("npy: the vector has dimension 2, the collection 3", failure.getMessage());
  }

  @Test
  void parse_rawBytes_areOneVectorUntilADimensionIsKnown() throws VectorFailure {
    byte[] bytes = raw(0.5f, -1, 3, 4);
    assertEquals(VectorMatrix.ofVector(0.5f, -1, 3, 4), VectorValues.parse(bytes, UNKNOWN));
    assertEquals(
        new VectorMatrix(2, 2, new float[] {0.5f, -1, 3, 4}),
        VectorValues.parse(bytes, OptionalInt.of(2)));
    assertArrayEquals(bytes, VectorValues.toRaw(VectorValues.parse(bytes, UNKNOWN)));
  }

  @Test
  void parse_rawBytesThatDoNotFit_sayWhatWasExpected() {
    InvalidVector failure =
        assertThrows(
            InvalidVector.class, () -> VectorValues.parse(raw(1, 2, 3), OptionalInt.of(2)));
    assertEquals(
        "raw: 12 bytes hold 3 float32 values; the collection's vectors have 2, that is 8 bytes"
            + " each",
        failure.getMessage());
    byte[] odd = {1, 2, 3, 4, 5};
    assertThrows(InvalidVector.class, () -> VectorValues.parse(odd, UNKNOWN));
    assertThrows(InvalidVector.class, () -> VectorValues.parse(new byte[0], OptionalInt.of(2)));
  }

  @Test
  void parse_rawValueThatIsNotFinite_namesItsPlace() {
    byte[] bytes = raw(1, 2, 3, Float.NaN);
    InvalidVector failure =
        assertThrows(InvalidVector.class, () -> VectorValues.parse(bytes, OptionalInt.of(2)));
    assertEquals("raw: row 1, position 1 (counted from 0) is NaN", failure.getMessage());
    byte[] infinite = raw(Float.NEGATIVE_INFINITY);
    assertThrows(InvalidVector.class, () -> VectorValues.parse(infinite, UNKNOWN));
  }

  @Test
  void parse_rawBytesThatLookLikeText_areReadByTheCollectionsDimension() throws VectorFailure {
    byte[] digits = "1,234,56".getBytes(StandardCharsets.US_ASCII);
    assertEquals(3, VectorValues.parse(digits, UNKNOWN).dimension());
    assertEquals(VectorMatrix.ofVector(1, 234, 56), VectorValues.parse(digits, OptionalInt.of(3)));
    VectorMatrix asRaw = VectorValues.parse(digits, OptionalInt.of(2));
    assertArrayEquals(digits, VectorValues.toRaw(asRaw));
    byte[] letters = "abcdefgh".getBytes(StandardCharsets.US_ASCII);
    assertThrows(InvalidVector.class, () -> VectorValues.parse(letters, UNKNOWN));
    assertArrayEquals(letters, VectorValues.toRaw(VectorValues.parse(letters, OptionalInt.of(2))));
  }

  @Test
  void parse_rawValueOfOrdinarySize_isNeverTakenForText() throws VectorFailure {
    for (int highest = 0x3A; highest <= 0x40; highest++) {
      float value = Float.intBitsToFloat((highest << 24) | 0x313131);
      assertTrue(value >= 0x1p-11f && value < 8, "value " + value);
      assertEquals(VectorMatrix.ofVector(value), VectorValues.parse(raw(value), OptionalInt.of(1)));
    }
  }

  @Test
  void parse_dimensionOverTheLimit_isRefusedInEveryForm() throws VectorFailure {
    float[] values = new float[Limits.MAX_DIMENSION + 1];
    byte[] bytes = raw(values);
    assertThrows(InvalidVector.class, () -> VectorValues.parse(bytes, UNKNOWN));
    byte[] npy = NpyFormat.encode(VectorMatrix.ofVector(values), true);
    assertThrows(InvalidVector.class, () -> VectorValues.parse(npy, UNKNOWN));
    String text = "0,".repeat(Limits.MAX_DIMENSION) + "0";
    assertThrows(InvalidVector.class, () -> parse(text, UNKNOWN));
    String atLimit = text.substring(2);
    assertEquals(Limits.MAX_DIMENSION, parse(atLimit, UNKNOWN).dimension());
  }

  @Test
  void parse_moreRawBytesThanAFileMayHave_isTooLarge() {
    byte[] bytes = new byte[(int) Limits.MAX_ENTRY_BYTES + 4];
    assertThrows(
        TooLarge.class, () -> VectorValues.parseRaw(bytes, 0, bytes.length, OptionalInt.of(1)));
  }

  @Test
  void parse_partOfAnArray_readsNothingAround() throws VectorFailure {
    byte[] bytes = "xx[1,2]yy".getBytes(StandardCharsets.US_ASCII);
    assertEquals(VectorMatrix.ofVector(1, 2), VectorValues.parse(bytes, 2, 5, UNKNOWN));
    byte[] framed = new byte[10];
    System.arraycopy(raw(5), 0, framed, 3, 4);
    assertEquals(VectorMatrix.ofVector(5), VectorValues.parse(framed, 3, 4, UNKNOWN));
  }

  @Test
  void decimal_anyNumber_isRoundedAsTheJdkRounds() throws VectorFailure {
    long seed = 7;
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      String decimal =
          switch (random.nextInt(6)) {
            case 0 -> Float.toString(random.nextFloat() - 0.5f);
            case 1 -> Double.toString(random.nextGaussian());
            case 2 -> Float.toString(Float.intBitsToFloat(random.nextInt() & 0x3FFF_FFFF));
            case 3 -> Integer.toString(random.nextInt());
            case 4 -> random.nextInt(1000) + "e" + (random.nextInt(80) - 50);
            // Midway between two floats, where rounding twice would err; and beside it.
            default -> midway(random);
          };
      byte[] bytes = decimal.getBytes(StandardCharsets.US_ASCII);
      assertTrue(DecimalFloat.isDecimal(bytes, 0, bytes.length), decimal);
      float expected = Float.parseFloat(decimal);
      assertEquals(
          expected, DecimalFloat.parse(bytes, 0, bytes.length), decimal + ", seed " + seed);
    }
  }

  private static String midway(Random random) {
    int odd = (1 << 24) + 2 * random.nextInt(1 << 23) + 1;
    return switch (random.nextInt(3)) {
      case 0 -> odd + ".0";
      case 1 -> odd + ".00000001";
      default -> (odd - 1) + ".99999999";
    };
  }

  @Test
  void decimal_whatOnlyJavaCallsANumber_isNone() {
    for (String text : new String[] {"", "+", "1f", "1d", "0x1p3", "1_0", "e5", "1e+", "1.2.3"}) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      assertFalse(DecimalFloat.isDecimal(bytes, 0, bytes.length), text);
    }
  }

  @Test
  void parse_randomMutations_giveFiniteVectorsOfTheDimensionOrFailures() {
    long seed = Fuzz.seed("VectorValuesTest", 20_260_102);
    Random random = new Random(seed);
    byte[][] originals = {
      "[[1, 2.5, -3e2], [4, 5, 6]]".getBytes(StandardCharsets.US_ASCII),
      "0.25, 1, -7e-3".getBytes(StandardCharsets.US_ASCII),
      raw(1, 2, 3),
      NpyFormat.encode(VectorMatrix.ofVector(1, 2, 3), true),
    };
    int[] outcomes = new int[2];
    int rounds = Fuzz.rounds(40_000);
    for (int round = 0; round < rounds; round++) {
      byte[] mutated = NpyFormatTest.mutate(originals[round % originals.length], random);
      OptionalInt dimension = random.nextBoolean() ? OptionalInt.of(3) : UNKNOWN;
      try {
        VectorMatrix matrix = VectorValues.parse(mutated, dimension);
        assertEquals(dimension.orElse(matrix.dimension()), matrix.dimension(), "seed " + seed);
        for (float value : matrix.values()) {
          assertTrue(Float.isFinite(value), () -> "seed " + seed + ": " + Arrays.toString(mutated));
        }
        outcomes[0]++;
      } catch (VectorFailure failure) {
        outcomes[1]++;
      }
    }
    assertTrue(outcomes[0] > 1000 && outcomes[1] > 1000, Arrays.toString(outcomes));
  }
}
