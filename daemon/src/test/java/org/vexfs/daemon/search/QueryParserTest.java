package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
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
import org.vexfs.daemon.search.Query.ByRaw;
import org.vexfs.daemon.search.Query.ByText;
import org.vexfs.daemon.search.Query.ByVector;
import org.vexfs.daemon.search.Query.Extra;
import org.vexfs.daemon.search.Query.LikePath;
import org.vexfs.daemon.store.NpyFormat;
import org.vexfs.daemon.store.VectorValues;

final class QueryParserTest {
  private static final VectorMatrix BATCH = new VectorMatrix(2, 2, new float[] {1, 2, 3, 4.5f});

  private static Query parse(String query) throws VectorFailure {
    return QueryParser.parse(query.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void parse_vectorAlone_takesTheDefaults() throws VectorFailure {
    Query expected =
        new Query(
            new ByVector(VectorMatrix.ofVector(1, 2)),
            "default",
            10,
            0,
            false,
            0,
            OptionalDouble.empty(),
            Optional.empty(),
            Set.of());
    assertEquals(expected, parse("{\"vector\":[1,2]}"));
    assertEquals(expected, parse("[1,2]"));
    assertEquals(expected, parse(" 1, 2\n"));
    assertEquals(expected, QueryParser.parse(NpyFormat.encode(VectorMatrix.ofVector(1, 2), true)));
  }

  @Test
  void parse_everyKey_isTakenOver() throws VectorFailure {
    String text =
        """
        { "with": ["vector", "attributes"], "max_distance": 0.5, "offset": 3, "exact": true,
          "ef": 64, "collection": "notes", "k": 7, "like": "docs/a b.md" }
        """;
    Query expected =
        new Query(
            new LikePath(TreePath.ofText("docs/a b.md")),
            "notes",
            7,
            64,
            true,
            3,
            OptionalDouble.of(0.5),
            Optional.empty(),
            Set.of(Extra.VECTOR, Extra.ATTRIBUTES));
    assertEquals(expected, parse(text));
  }

  @Test
  void parse_batch_keepsItsRows() throws VectorFailure {
    assertEquals(new ByVector(BATCH), parse("[[1,2],[3,4.5]]").target());
    Query inObject = parse("{\"k\":3,\n\"vector\" : [[1,2],\n [3,4.5]], \"ef\":9}");
    assertEquals(new ByVector(BATCH), inObject.target());
    assertEquals(3, inObject.k());
    assertEquals(9, inObject.ef());
  }

  @Test
  void parse_words_areTheTarget() throws VectorFailure {
    assertEquals(new ByText("größe 🙂"), parse("{\"text\":\"größe \\ud83d\\ude42\"}").target());
  }

  @Test
  void parse_pathWithBytesThatAreNotUtf8_comesFromItsEscape() throws VectorFailure {
    assertEquals(
        new LikePath(new TreePath("caf\u00e9")), parse("{\"like\":\"caf\\udce9\"}").target());
  }

  @Test
  void parse_rawBytes_waitForTheDimension() throws VectorFailure {
    byte[] raw = VectorValues.toRaw(BATCH);
    ByRaw target = assertInstanceOf(ByRaw.class, QueryParser.parse(raw).target());
    assertArrayEquals(raw, target.bytes());
  }

  @Test
  void parse_rawBytesThatBeginLikeJson_areRaw() throws VectorFailure {
    for (char first : new char[] {'{', '[', '\u0093', ' '}) {
      byte[] raw = VectorValues.toRaw(BATCH);
      raw[0] = (byte) first;
      assertInstanceOf(ByRaw.class, QueryParser.parse(raw).target());
    }
  }

  @Test
  void parse_bytesThatAreNothing_areRefused() {
    InvalidRequest failure =
        assertThrows(InvalidRequest.class, () -> QueryParser.parse(new byte[] {1, 2, 3}));
    assertMentions("3 bytes are neither a JSON object, nor a vector", failure);
    assertThrows(InvalidVector.class, () -> parse("hello, world"));
    assertThrows(InvalidVector.class, () -> QueryParser.parse(new byte[0]));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      value = {
        "{}@one of \"vector\", \"like\" and \"text\" is needed",
        "{\"k\":3}@one of",
        "{\"vector\":[1],\"text\":\"a\"}@\"text\" comes besides another",
        "{\"like\":\"a\",\"vector\":[1]}@\"vector\" comes besides another",
        "{\"text\":\"a\",\"K\":3}@\"K\" is not known",
        "{\"text\":\"a\",\"k\":3,\"k\":3}@\"k\" is given twice",
        "{\"text\":\"a\",\"text\":\"b\"}@\"text\" is given twice",
        "{\"text\":\"a\",\"k\":0}@\"k\" is 0; it takes 1 to 100000",
        "{\"text\":\"a\",\"k\":-5}@\"k\" is -5",
        "{\"text\":\"a\",\"k\":100001}@\"k\" is 100001",
        "{\"text\":\"a\",\"k\":99999999999}@\"k\" is 99999999999",
        "{\"text\":\"a\",\"k\":9999999999999999999999999}@\"k\" is 9999999999999999999999999; it takes",
        "{\"text\":\"a\",\"k\":3.0}@\"k\" is a number; it takes a whole number",
        "{\"text\":\"a\",\"k\":\"3\"}@\"k\" is a string; it takes a whole number",
        "{\"text\":\"a\",\"k\":null}@\"k\" is null",
        "{\"text\":\"a\",\"ef\":0}@\"ef\" is 0",
        "{\"text\":\"a\",\"offset\":-1}@\"offset\" is -1",
        "{\"text\":\"a\",\"offset\":99995}@\"offset\" and \"k\" make 100005",
        "{\"text\":\"a\",\"exact\":1}@\"exact\" is a number; it takes true or false",
        "{\"text\":\"a\",\"max_distance\":\"1\"}@\"max_distance\" is a string",
        "{\"text\":\"a\",\"max_distance\":1e999}@\"max_distance\" is too large",
        "{\"text\":\"a\",\"with\":\"vector\"}@\"with\" is a string",
        "{\"text\":\"a\",\"with\":[\"row\"]}@\"with\" has 'row'",
        "{\"text\":\"a\",\"with\":[[]]}@\"with\" is an array",
        "{\"text\":\"a\",\"filter\":3}@\"filter\" is a number",
        "{\"text\":\"\"}@\"text\" is empty",
        "{\"text\":7}@\"text\" is a number",
        "{\"text\":[\"a\"]}@\"text\" is an array",
        "{\"collection\":\"\",\"text\":\"a\"}@\"collection\" is empty",
        "{\"like\":\"/etc/passwd\"}@\"like\" is '/etc/passwd'",
        "{\"like\":\"../x\"}@\"like\" is '../x'",
        "{\"vector\":\"1,2\"}@\"vector\" is a string; it takes an array",
        "{\"vector\":{}}@\"vector\" is an object",
        "{\"text\":\"a\"}x@malformed JSON at line 1, column 13",
        "{\"text\":\"a\"} {}@behind the end of the object, at line 1, column 14",
        "{\"text\":\"a\"@malformed JSON at line 1",
        "{\"text\":\"a@malformed JSON at line 1",
        "{\"text\"@malformed JSON",
        "{\"text\":@malformed JSON",
        "{\"text\":}@malformed JSON",
        "{\"vector\":[1,2@malformed JSON",
        "{\"vector\":[1,NaN]}@malformed JSON",
        "{text:1}@malformed JSON at line 1, column 2",
        "{'text':'a'}@malformed JSON at line 1, column 2",
        "{\"text\":\"a\",}@malformed JSON",
      })
  void parse_badObject_isRefusedWithItsCause(String query, String cause) {
    InvalidRequest failure = assertThrows(InvalidRequest.class, () -> parse(query));
    assertMentions(cause, failure);
  }

  @Test
  void parse_malformedJson_namesLineAndColumn() {
    InvalidRequest failure =
        assertThrows(InvalidRequest.class, () -> parse("{\n  \"text\": \"a\",\n  \"k\": x\n}"));
    assertMentions("malformed JSON at line 3, column 8", failure);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      value = {
        "{\"vector\":[]}@empty",
        "{\"vector\":[[1,2],[3]]}@row 1 has 1 values, row 0 has 2",
        "{\"vector\":[1,\"2\"]}@row 0, position 1 (counted from 0) is '\"2\"', which is no number",
        "{\"vector\":[1,null]}@'null', which is no number",
        "{\"vector\":[[[1]]]}@a number is missing",
        "{\"vector\":[1,1e60]}@too large for float32",
        "[1,NaN]@not finite",
      })
  void parse_badVector_isRefusedWithItsCause(String query, String cause) {
    InvalidVector failure = assertThrows(InvalidVector.class, () -> parse(query));
    assertMentions(cause, failure);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 100_000})
  void parse_deepNesting_isRefused(int depth) {
    assertThrows(VectorFailure.class, () -> parse("{\"vector\":" + "[".repeat(depth)));
    assertThrows(VectorFailure.class, () -> parse("{\"a\":".repeat(depth)));
    assertThrows(
        VectorFailure.class,
        () -> parse("{\"vector\":" + "[".repeat(depth) + "]".repeat(depth) + "}"));
  }

  @Test
  void parse_longInput_isQuotedInShort() {
    String path = "/".repeat(1_000_000);
    InvalidRequest failure =
        assertThrows(InvalidRequest.class, () -> parse("{\"like\":\"" + path + "\"}"));
    assertTrue(String.valueOf(failure.getMessage()).length() < 300);
  }

  @Test
  void parse_controlCharacterInAString_isMalformed() {
    String query = "{\"text\":\"a\u0001b\"}";
    InvalidRequest failure = assertThrows(InvalidRequest.class, () -> parse(query));
    assertMentions("malformed JSON at line 1", failure);
  }

  @Test
  void parse_randomMutations_giveQueriesOrFailures() {
    long seed = Fuzz.seed("QueryParserTest", 20_260_103);
    Random random = new Random(seed);
    String[] originals = {
      "{\"vector\":[[1,2.5],[3,4]],\"k\":5,\"exact\":true,\"with\":[\"vector\"]}",
      "{\"like\":\"docs/ä.md\",\"collection\":\"c\",\"ef\":64,\"max_distance\":1.5e2}",
      "{\"text\":\"some words\",\"offset\":2}",
    };
    String replacements = "{}[]\",:\\0123456789.-etrufalsn \n\u0000\u00e9";
    int[] outcomes = new int[2];
    int rounds = Fuzz.rounds(20_000);
    for (int round = 0; round < rounds; round++) {
      StringBuilder query = new StringBuilder(originals[round % originals.length]);
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        int at = random.nextInt(query.length());
        char c = replacements.charAt(random.nextInt(replacements.length()));
        switch (random.nextInt(3)) {
          case 0 -> query.setCharAt(at, c);
          case 1 -> query.insert(at, c);
          default -> query.deleteCharAt(at);
        }
      }
      try {
        Query parsed = parse(query.toString());
        assertTrue(parsed.k() >= 1, () -> "seed " + seed + ": " + query);
        outcomes[0]++;
      } catch (VectorFailure failure) {
        outcomes[1]++;
      }
    }
    assertTrue(outcomes[0] > 1000 && outcomes[1] > 1000, outcomes[0] + ", " + outcomes[1]);
  }

  private static void assertMentions(String cause, VectorFailure failure) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(cause), message);
  }
}
