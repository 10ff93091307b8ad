package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.Fuzz;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.base.VectorMatrix;

final class NpyFormatTest {
  private static final String REPLACEMENTS = "0123456789[]{}(),.'\"-e \n";

  private static final VectorMatrix TWO_BY_THREE =
      new VectorMatrix(2, 3, new float[] {1, 2, 3, -4, 5.5f, 0});

  /// A stream with this header, put together by hand.
  static byte[] npy(int major, String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer stream =
        ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    stream.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) major, 0});
    if (major == 1) {
      stream.putShort((short) text.length);
    } else {
      stream.putInt(text.length);
    }
    stream.put(text).put(data);
    return Arrays.copyOf(stream.array(), stream.position());
  }

  private static String header(String descr, boolean fortran, String shape) {
    String order = fortran ? "True" : "False";
    return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  }

  private static VectorMatrix decode(byte[] stream) throws VectorFailure {
    return NpyFormat.decode(stream, 0, stream.length);
  }

  private static byte[] data(String descr, double... values) {
    ByteBuffer data =
        ByteBuffer.allocate(8 * values.length)
            .order(descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (descr.substring(1)) {
        case "f2" -> data.putShort(Float.floatToFloat16((float) value));
        case "f4" -> data.putFloat((float) value);
        case "f8" -> data.putDouble(value);
        default -> data.put((byte) value);
      }
    }
    return Arrays.copyOf(data.array(), data.position());
  }

  @ParameterizedTest
  @ValueSource(strings = {"<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "|i1", "<i1"})
  void decode_everySignedElement_readsBothOrders(String descr) throws VectorFailure {
    VectorMatrix expected = new VectorMatrix(2, 3, new float[] {1, 2, 3, -4, 5, 0});
    byte[] rowMajor = data(descr, 1, 2, 3, -4, 5, 0);
    byte[] columnMajor = data(descr, 1, -4, 2, 5, 3, 0);
    assertEquals(expected, decode(npy(1, header(descr, false, "(2, 3)"), rowMajor)));
    assertEquals(expected, decode(npy(2, header(descr, true, "(2, 3)"), columnMajor)));
    assertEquals(expected, decode(npy(3, header(descr, false, "(2, 3)"), rowMajor)));
  }

  @Test
  void decode_unsignedBytes_readsUpTo255() throws VectorFailure {
    byte[] stream = npy(1, header("|u1", false, "(3,)"), new byte[] {0, 127, (byte) 255});
    assertEquals(VectorMatrix.ofVector(0, 127, 255), decode(stream));
  }

  @Test
  void decode_keysInAnyOrderAndQuotes_areRead() throws VectorFailure {
    String header = "{\"shape\":(2L,),'fortran_order':False,\n \"descr\" : \"<f4\"}   ";
    assertEquals(VectorMatrix.ofVector(1, 2), decode(npy(1, header, data("<f4", 1, 2))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()}@shape must be",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3)}@shape must be",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}@empty",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0)}@empty",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}@tuple of counts",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3)}@(d,)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 3}@'('",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}@tuple of counts",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}@tuple",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ((((((((1,),),),),),),),)}@tuple",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)*9}@'}'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (65537,)}@65536",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}@True or False",
        "{'descr': '<f4', 'fortran_order': False}@no key 'shape'",
        "{'descr': '<f4', 'shape': (1,)}@no key 'fortran_order'",
        "{'fortran_order': False, 'shape': (1,)}@no key 'descr'",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}@twice",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}@unknown key 'x'",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}@structured",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}@dtype '<c8'",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}@dtype '|O'",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}@dtype '|f4'",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (1,)}@dtype 'f4'",
        "{'descr': '', 'fortran_order': False, 'shape': (1,)}@dtype ''",
        "{'descr': '<f\\x34', 'fortran_order': False, 'shape': (1,)}@escape",
        "{'descr': '<f4@not closed",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + {}@behind its closing",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)@'}'",
        "~~@'{'",
        "{@string",
        "{}@no key",
      })
  void decode_hostileHeader_isRefusedWithItsCause(String header, String cause) {
    byte[] stream = npy(1, header, data("<f4", 1));
    InvalidVector failure = assertThrows(InvalidVector.class, () -> decode(stream));
    assertMentions(cause, failure);
  }

  @Test
  void decode_hugeShapes_areRefusedBeforeAllocation() {
    for (String shape : new String[] {"(999999999999999999, 65536)", "(70000, 1000)"}) {
      byte[] stream = npy(1, header("<f4", false, shape), new byte[4]);
      TooLarge failure = assertThrows(TooLarge.class, () -> decode(stream));
      assertMentions("268435456 bytes", failure);
    }
    byte[] longHeader = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1};
    assertThrows(InvalidVector.class, () -> NpyFormat.totalLength(longHeader, 0, 12));
  }

  @Test
  void decode_lengthThatContradictsTheHeader_isRefused() {
    byte[] whole = NpyFormat.encode(TWO_BY_THREE, false);
    for (int length : new int[] {0, 5, 6, 7, 9, 100, whole.length - 1}) {
      assertThrows(InvalidVector.class, () -> NpyFormat.decode(whole, 0, length));
    }
    byte[] longer = Arrays.copyOf(whole, whole.length + 1);
    InvalidVector failure = assertThrows(InvalidVector.class, () -> decode(longer));
    assertEquals(
        "npy: the header announces 2 x 3 values, 152 bytes in all; there are 153",
        failure.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"NaN,is NaN", "Infinity,infinite", "1e39,too large for float32"})
  void decode_valueThatIsNotFinite_namesItsPlace(double value, String cause) {
    byte[] stream = npy(1, header("<f8", false, "(2, 2)"), data("<f8", 1, 2, 3, value));
    InvalidVector failure = assertThrows(InvalidVector.class, () -> decode(stream));
    assertMentions("row 1, position 1", failure);
    assertMentions(cause, failure);
  }

  @Test
  void encode_layout_isThatOfNumpySave() {
    String flat = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }" + " ".repeat(60);
    byte[] expected = npy(1, flat + "\n", data("<f4", 1, 2, 3));
    assertArrayEquals(expected, NpyFormat.encode(VectorMatrix.ofVector(1, 2, 3), true));
    String wide = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + " ".repeat(58);
    assertArrayEquals(
        npy(1, wide + "\n", data("<f4", 1, 2, 3, -4, 5.5, 0)),
        NpyFormat.encode(TWO_BY_THREE, true));
    String oneRow = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }" + " ".repeat(58);
    assertArrayEquals(
        npy(1, oneRow + "\n", data("<f4", 1, 2, 3)),
        NpyFormat.encode(VectorMatrix.ofVector(1, 2, 3), false));
  }

  @Test
  void encode_everyShape_isAlignedAndReadsBack() throws VectorFailure {
    for (int rows : new int[] {1, 2, 10, 1000}) {
      for (int dimension : new int[] {1, 9, 10, 128}) {
        float[] values = new float[rows * dimension];
        for (int i = 0; i < values.length; i++) {
          values[i] = i * 0.25f;
        }
        VectorMatrix matrix = new VectorMatrix(rows, dimension, values);
        byte[] stream = NpyFormat.encode(matrix, rows == 1);
        assertEquals(0, (stream.length - 4 * values.length) % 64);
        assertEquals(NpyFormat.encodedLength(rows, dimension, rows == 1), stream.length);
        assertEquals(matrix, decode(stream));
      }
    }
  }

  @Test
  void encodeRange_everyPart_equalsThatOfTheWhole() {
    byte[] whole = NpyFormat.encode(TWO_BY_THREE, false);
    for (int offset = 0; offset <= whole.length + 2; offset++) {
      for (int size = 0; size <= 40; size++) {
        ByteBuffer target = ByteBuffer.allocate(size + 3).position(3);
        int written = NpyFormat.encodeRange(TWO_BY_THREE, false, offset, target);
        int from = Math.min(offset, whole.length);
        byte[] expected = Arrays.copyOfRange(whole, from, Math.min(from + size, whole.length));
        assertEquals(expected.length, written);
        assertEquals(3 + written, target.position());
        assertArrayEquals(expected, Arrays.copyOfRange(target.array(), 3, 3 + written));
      }
    }
    ByteBuffer beyond = ByteBuffer.allocate(8);
    assertEquals(0, NpyFormat.encodeRange(TWO_BY_THREE, false, Long.MAX_VALUE / 2, beyond));
  }

  @Test
  void totalLength_eachPrefix_isKnownOnceTheHeaderIsWhole() throws VectorFailure {
    byte[] whole = NpyFormat.encode(TWO_BY_THREE, false);
    for (int length = 0; length <= whole.length; length++) {
      OptionalLong expected = length < 128 ? OptionalLong.empty() : OptionalLong.of(whole.length);
      assertEquals(expected, NpyFormat.totalLength(whole, 0, length));
    }
  }

  @Test
  void decode_streamWithinALargerArray_readsItsPart() throws VectorFailure {
    byte[] whole = NpyFormat.encode(TWO_BY_THREE, false);
    byte[] framed = new byte[whole.length + 20];
    System.arraycopy(whole, 0, framed, 7, whole.length);
    assertEquals(TWO_BY_THREE, NpyFormat.decode(framed, 7, whole.length));
  }

  @Test
  void decode_randomMutations_giveVectorsOrFailures() {
    long seed = Fuzz.seed("NpyFormatTest", 20_260_101);
    Random random = new Random(seed);
    byte[] whole = NpyFormat.encode(TWO_BY_THREE, false);
    int refused = 0;
    int rounds = Fuzz.rounds(50_000);
    for (int round = 0; round < rounds; round++) {
      byte[] mutated = mutate(whole, random);
      try {
        VectorMatrix matrix = decode(mutated);
        assertTrue(matrix.rows() >= 1 && matrix.dimension() >= 1, "seed " + seed);
      } catch (VectorFailure failure) {
        refused++;
      }
    }
    assertTrue(refused > 10_000, "seed " + seed + ": only " + refused + " refused");
  }

  static void assertMentions(String cause, VectorFailure failure) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(cause), message);
  }

  /// Some bytes changed, taken out or doubled.
  static byte[] mutate(byte[] original, Random random) {
    ByteArrayOutputStream mutated = new ByteArrayOutputStream();
    int rate = 2 + random.nextInt(original.length);
    for (byte b : original) {
      switch (random.nextInt(rate) == 0 ? random.nextInt(4) : 4) {
        case 0 -> mutated.write(random.nextInt(256));
        case 1 -> {}
        case 2 -> {
          mutated.write(b);
          mutated.write(b);
        }
        case 3 -> mutated.write(REPLACEMENTS.charAt(random.nextInt(REPLACEMENTS.length())));
        default -> mutated.write(b);
      }
    }
    return mutated.toByteArray();
  }
}
