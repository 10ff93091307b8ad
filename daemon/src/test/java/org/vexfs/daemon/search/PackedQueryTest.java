package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.Fuzz;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorMatrix;

final class PackedQueryTest {
  private static final String FILTER = "{\"key\":\"size\",\"range\":{\"gt\":3}}";

  /// A query of two values, in the collection `notes`, with everything that there can be.
  private static byte[] query() {
    byte[] filter = FILTER.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("VXQ1".getBytes(StandardCharsets.US_ASCII)).putShort((short) 3).putShort((short) 5);
    bytes.putInt(7).putInt(64).putInt(2).putFloat(0.5f).putInt(2).putInt(filter.length);
    bytes.putFloat(1).putFloat(-2).put("notes".getBytes(StandardCharsets.UTF_8)).put(filter);
    return bytes.array();
  }

  private static byte[] with(int offset, long value) {
    byte[] bytes = query();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, (int) value);
    return bytes;
  }

  @Test
  void parse_everyField_isTakenOver() throws VectorFailure {
    Query query = PackedQuery.parse(query());
    assertEquals(new Query.ByVector(VectorMatrix.ofVector(1, -2)), query.target());
    assertEquals("notes", query.collection());
    assertEquals(7, query.k());
    assertEquals(64, query.ef());
    assertEquals(2, query.offset());
    assertTrue(query.exact());
    assertEquals(OptionalDouble.of(0.5), query.maxDistance());
    assertEquals(
        QueryParser.parse(
                ("{\"vector\":[1],\"filter\":" + FILTER + "}").getBytes(StandardCharsets.UTF_8))
            .filter(),
        query.filter());
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,VXQ1",
    "4,4,unknown flags",
    "8,0,has k 0",
    "8,100001,has k 100001",
    "8,4294967295,has k 4294967295",
    "12,100001,has ef 100001",
    "16,99999,offset and k",
    "16,4294967295,has offset 4294967295",
    "20,2143289344,max_distance",
    "20,2139095040,max_distance",
    "24,0,vector of 0 values",
    "24,4294967295,vector of 4294967295 values",
    "24,65536,says that it has",
    "28,4294967295,says that it has",
    "28,3,malformed JSON"
  })
  void parse_fieldOutOfRange_isRefused(int offset, long value, String message) {
    InvalidRequest refused =
        assertThrows(InvalidRequest.class, () -> PackedQuery.parse(with(offset, value)));
    assertTrue(refused.toString().contains(message), refused::toString);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void parse_valueThatIsNotFinite_isRefused(float value) {
    assertThrows(
        InvalidVector.class, () -> PackedQuery.parse(with(36, Float.floatToRawIntBits(value))));
  }

  @Test
  void parse_cutOffAnywhere_isRefused() {
    int length = 32 + 8 + 5 + FILTER.length();
    for (int cut = 0; cut < length; cut++) {
      byte[] bytes = Arrays.copyOf(query(), cut);
      assertThrows(InvalidRequest.class, () -> PackedQuery.parse(bytes), "cut to " + cut);
    }
  }

  @Test
  void parse_anyBytes_areAQueryOrRefused() {
    long seed = Fuzz.seed("PackedQueryTest", 20_251_123);
    Random random = new Random(seed);
    int parsed = 0;
    int rounds = Fuzz.rounds(20_000);
    for (int i = 0; i < rounds; i++) {
      byte[] bytes = Arrays.copyOf(query(), random.nextInt(200));
      for (int change = random.nextInt(4); change > 0 && bytes.length > 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        Query query = PackedQuery.parse(bytes);
        assertTrue(query.k() >= 1, "seed " + seed);
        parsed++;
      } catch (VectorFailure refused) {
        assertNotNull(refused.getMessage(), "seed " + seed);
      }
    }
    assertTrue(parsed > 100, "only " + parsed + " were queries, seed " + seed);
  }

  private static Answer.Result answer(int hits) {
    List<Hit> all = new ArrayList<>();
    for (int i = 0; i < hits; i++) {
      all.add(
          Hit.of(
              0, i + 1, TreePath.ofText("d/ü\udcff" + "x".repeat(i)), i, 0.5f * i, 1f / (i + 1)));
    }
    return new Answer.Result(all, new SearchSummary(0, hits, true, 1_234_567_890_123L, 42));
  }

  @Test
  void answer_thatFits_isWhole() {
    PackedAnswer packed = PackedAnswer.of(answer(3), 16_383);
    ByteBuffer bytes = ByteBuffer.wrap(packed.toBytes()).order(ByteOrder.LITTLE_ENDIAN);

    assertEquals(3, packed.hits());
    assertEquals(PackedAnswer.MAGIC, bytes.getInt(0));
    assertEquals(3, bytes.getInt(4));
    assertEquals(3, bytes.getInt(8));
    assertEquals(1, bytes.getInt(12));
    assertEquals(1_234_567_890_123L, bytes.getLong(16));
    assertEquals(42, bytes.getInt(24));
    assertEquals(bytes.capacity(), bytes.getInt(28));
    for (int i = 0; i < 3; i++) {
      int at = 32 + 24 * i;
      byte[] path = new byte[bytes.getInt(at + 4)];
      bytes.get(bytes.getInt(at), path);
      byte[] expected = {'d', '/', (byte) 0xC3, (byte) 0xBC, (byte) 0xFF};
      assertArrayEquals(expected, Arrays.copyOf(path, 5));
      assertEquals(5 + i, path.length);
      assertEquals(0, bytes.get(bytes.getInt(at) + path.length));
      assertEquals(i, bytes.getInt(at + 8));
      assertEquals(i + 1, bytes.getInt(at + 12));
      assertEquals(0.5f * i, bytes.getFloat(at + 16));
      assertEquals(1f / (i + 1), bytes.getFloat(at + 20));
    }
  }

  @Test
  void answer_thatDoesNotFit_hasTheNearestAndSaysHowMany() {
    Answer.Result all = answer(20);
    int before = 0;
    for (int room = 32; room < 2_000; room++) {
      PackedAnswer packed = PackedAnswer.of(all, room);
      byte[] bytes = packed.toBytes();
      assertTrue(bytes.length <= room, "room " + room);
      assertEquals(20, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(8));
      assertTrue(packed.hits() >= before, "room " + room);
      before = packed.hits();
    }
    assertEquals(20, before);
    assertEquals(0, PackedAnswer.of(all, 32).hits());
  }
}
