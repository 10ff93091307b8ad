package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorMatrix;

final class ResultWriterTest {
  private static String strictUtf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static Hit hit(int rank, String pathBytes, float score) {
    return Hit.of(0, rank, new TreePath(pathBytes), 3, 0.12f, score);
  }

  @Test
  void write_hitAndSummary_areTheLinesOfTheInterface() throws CharacterCodingException {
    ResultWriter writer = new ResultWriter();
    writer.write(hit(1, "docs/a.md", 0.94f));
    writer.write(new SearchSummary(0, 10, false, 2681, 183));
    assertEquals(
        """
        {"query":0,"rank":1,"path":"docs/a.md","row":3,"distance":0.12,"score":0.94}
        {"query":0,"hits":10,"exact":false,"searched":2681,"took_us":183}
        """,
        strictUtf8(writer.toBytes()));
  }

  @Test
  void write_extras_followTheScore() throws CharacterCodingException {
    TreeMap<String, String> attributes = new TreeMap<>();
    attributes.put("user.lang", "d\"e\\\t\udc80");
    attributes.put("user.a", "");
    ResultWriter writer = new ResultWriter();
    writer.write(
        new Hit(
            1,
            2,
            new TreePath("x"),
            0,
            3,
            0.25f,
            List.of(),
            Optional.of(VectorMatrix.ofVector(1, -0.1f)),
            Optional.of(attributes)));
    assertEquals(
        "{\"query\":1,\"rank\":2,\"path\":\"x\",\"row\":0,\"distance\":3.0,\"score\":0.25,"
            + "\"vector\":[1.0,-0.1],"
            + "\"attributes\":{\"user.a\":\"\",\"user.lang\":\"d\\\"e\\\\\\u0009\\udc80\"}}\n",
        strictUtf8(writer.toBytes()));
  }

  @Test
  void write_anyName_isValidUtf8OnOneLine() throws CharacterCodingException {
    ResultWriter writer = new ResultWriter();
    String name = TreePath.bytesOfText("ä\n🙂") + "\u00ff\u0001";
    writer.write(hit(1, name, 1));
    assertEquals(
        "{\"query\":0,\"rank\":1,\"path\":\"ä\\n🙂\\udcff\\u0001\",\"row\":3,\"distance\":0.12,"
            + "\"score\":1.0}\n",
        strictUtf8(writer.toBytes()));
  }

  @Test
  void write_distancesBeyondFloat_areStillJson() throws CharacterCodingException {
    ResultWriter writer = new ResultWriter();
    writer.write(Hit.of(0, 1, new TreePath("x"), 0, Float.NEGATIVE_INFINITY, 1));
    writer.write(Hit.of(0, 2, new TreePath("x"), 0, Float.NaN, 0));
    assertEquals(
        """
        {"query":0,"rank":1,"path":"x","row":0,"distance":-3.4028235E38,"score":1.0}
        {"query":0,"rank":2,"path":"x","row":0,"distance":null,"score":0.0}
        """,
        strictUtf8(writer.toBytes()));
  }

  @Test
  void table_ranksOfDifferentWidth_areAligned() throws CharacterCodingException {
    byte[] table =
        ResultTable.format(List.of(hit(9, "a b.md", 0.93214f), hit(10, "docs/c.md", 0.5f)));
    assertEquals(
        """
         9  0.9321  a b.md
        10  0.5000  docs/c.md
        """,
        strictUtf8(table));
  }

  @Test
  void table_noHits_isEmpty() {
    assertEquals(0, ResultTable.format(List.of()).length);
  }

  @Test
  void table_anyName_isValidUtf8OnOneLine() throws CharacterCodingException {
    String name = TreePath.bytesOfText("ä🙂\u0085") + "\n\\\u001b\u00ff\t\u007f";
    assertEquals(
        "1  1.0000  ä🙂\\0302\\0205\\n\\\\\\0033\\0377\\0011\\0177\n",
        strictUtf8(ResultTable.format(List.of(hit(1, name, 1)))));
  }
}
