package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.search.Query.ByText;
import org.vexfs.daemon.search.Query.ByVector;
import org.vexfs.daemon.store.NpyFormat;
import org.vexfs.daemon.store.VectorValues;

final class QueryInputTest {
  private static final VectorMatrix BATCH = new VectorMatrix(2, 2, new float[] {1, 2, 3, 4.5f});

  private static void append(QueryInput input, String text) throws VectorFailure {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    input.append(bytes, 0, bytes.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"text\":\"a\"}",
        "  {\"text\":\"}]\\\"}\\\\\",\"with\":[\"vector\"],\"filter\":{\"must\":[{}]}}",
        "[[1,2],[3,4]]",
        "\n[1]",
        "{\"text\":\"größe\"}",
      })
  void append_byteByByte_isCompleteAtTheClosingBracket(String query) throws VectorFailure {
    QueryInput input = new QueryInput();
    byte[] bytes = query.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      assertFalse(input.isComplete(), "after " + i);
      input.append(bytes, i, 1);
    }
    assertTrue(input.isComplete());
    append(input, "\n");
    assertTrue(input.isComplete());
  }

  @Test
  void append_npyByteByByte_isCompleteAtItsLength() throws VectorFailure {
    QueryInput input = new QueryInput();
    byte[] bytes = NpyFormat.encode(BATCH, false);
    for (int i = 0; i < bytes.length; i++) {
      assertFalse(input.isComplete(), "after " + i);
      input.append(bytes, i, 1);
    }
    assertTrue(input.isComplete());
    assertEquals(new ByVector(BATCH), input.query().target());
  }

  @Test
  void append_formsWithoutAnEnd_areAlwaysComplete() throws VectorFailure {
    QueryInput input = new QueryInput();
    append(input, "0.5,1");
    assertTrue(input.isComplete());
    input.clear();
    byte[] raw = VectorValues.toRaw(BATCH);
    raw[0] = '{';
    input.append(raw, 0, raw.length);
    assertTrue(input.isComplete());
  }

  @Test
  void query_incompleteObject_isMalformed() throws VectorFailure {
    QueryInput input = new QueryInput();
    append(input, "{\"text\":\"a\"");
    assertThrows(InvalidRequest.class, input::query);
    append(input, "}");
    assertEquals(new ByText("a"), input.query().target());
  }

  @Test
  void clear_afterAQuery_beginsAnew() throws VectorFailure {
    QueryInput input = new QueryInput();
    append(input, "{\"text\":\"a\"}");
    input.clear();
    assertEquals(0, input.length());
    assertFalse(input.isComplete());
    append(input, "[1,2]");
    assertEquals(new ByVector(VectorMatrix.ofVector(1, 2)), input.query().target());
  }

  @Test
  void append_overTheLimit_isRefusedAndForgotten() throws VectorFailure {
    QueryInput input = new QueryInput();
    byte[] half = new byte[Limits.MAX_QUERY_BYTES / 2 + 1];
    input.append(half, 0, half.length);
    assertThrows(TooLarge.class, () -> input.append(half, 0, half.length));
    append(input, "{\"text\":\"a\"}");
    assertEquals(new ByText("a"), input.query().target());
  }

  @Test
  void append_npyThatIsNone_isRefusedAndForgotten() throws VectorFailure {
    QueryInput input = new QueryInput();
    byte[] bytes = NpyFormat.encode(BATCH, false);
    bytes[6] = 9;
    assertThrows(InvalidVector.class, () -> input.append(bytes, 0, bytes.length));
    append(input, "[1]");
    assertTrue(input.isComplete());
  }

  @Test
  void append_manySmallWrites_takeTimeInProportion() throws VectorFailure {
    QueryInput input = new QueryInput();
    byte[] pair = "0,".getBytes(StandardCharsets.US_ASCII);
    append(input, "[");
    for (int i = 0; i < 1_000_000; i++) {
      input.append(pair, 0, pair.length);
      assertFalse(input.isComplete());
    }
    assertEquals(2_000_001, input.length());
  }
}
