package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/// Vectors of many files as JSON lines.
@Timeout(120)
final class ImportIT {
  private static NativeMount mount;
  private Path directory;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("-o", "allow_other");
    Attributes.attach(mount.file("first", ""), 0, 0);
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @BeforeEach
  void makeFiles(TestInfo test) throws IOException {
    directory = mount.directory(test.getTestMethod().orElseThrow().getName());
    Files.createDirectory(directory.resolve("sub"));
    for (String name : List.of("a", "b", "c", "sub/d", "naïve \"e\"")) {
      Files.writeString(directory.resolve(name), "text");
    }
  }

  @Test
  void lines_inEveryForm_areAttached() throws IOException {
    String base64 = Base64.getEncoder().encodeToString(Forms.raw(3, 4));
    String npy =
        Base64.getEncoder().encodeToString(Forms.npy("<f4", "(2, 2)", Forms.raw(1, 2, 3, 4)));
    write(
        """
        {"path":"a","vector":[1,2]}

        { "vector" : [ [1.5, 2] , [3e0,4] ], "path" : "sub/d" }
        {"path":"b","vector":"%s"}
        {"path":"c","collection":"other","vector":"%s"}
        {"path":"na\\u00efve \\"e\\"","vector":[5,6]}\
        """
            .formatted(base64, npy));
    assertEquals(List.of(1f, 2f), Attributes.vector(directory.resolve("a")));
    assertEquals(List.of(1.5f, 2f, 3f, 4f), Attributes.vector(directory.resolve("sub/d")));
    assertEquals(List.of(3f, 4f), Attributes.vector(directory.resolve("b")));
    assertEquals(
        List.of(1f, 2f, 3f, 4f),
        Forms.floats(Attributes.get(directory.resolve("c"), "vexfs.vector.other")));
    assertEquals(List.of(5f, 6f), Attributes.vector(directory.resolve("naïve \"e\"")));
  }

  @Test
  void lines_cutIntoWritesAnywhere_areTheSame() throws IOException {
    byte[] lines =
        "{\"path\":\"a\",\"vector\":[1,2]}\n{\"path\":\"b\",\"vector\":[3,4]}\n"
            .getBytes(StandardCharsets.UTF_8);
    for (int size : new int[] {1, 2, 7, 26, 27, 28}) {
      Attributes.attach(directory.resolve("a"), 0, 0);
      Attributes.attach(directory.resolve("b"), 0, 0);
      try (FileChannel channel = open()) {
        for (int at = 0; at < lines.length; at += size) {
          int _ = channel.write(ByteBuffer.wrap(lines, at, Math.min(size, lines.length - at)));
        }
      }
      assertEquals(List.of(1f, 2f), Attributes.vector(directory.resolve("a")), "by " + size);
      assertEquals(List.of(3f, 4f), Attributes.vector(directory.resolve("b")), "by " + size);
    }
  }

  @Test
  void line_countsOnceItsWriteReturned() throws IOException {
    try (FileChannel channel = open()) {
      int _ = channel.write(bytes("{\"path\":\"a\",\"vector\":[7,8]}\n{\"path\":\"b\""));
      assertEquals(List.of(7f, 8f), Attributes.vector(directory.resolve("a")));
      assertEquals(List.of("a"), Conversation.ask(directory, "[7,8]").paths());
      int _ = channel.write(bytes(",\"vector\":[9,9]}\n"));
      assertEquals(List.of(9f, 9f), Attributes.vector(directory.resolve("b")));
    }
  }

  @Test
  void badLines_arePassedOver_namedInErrors_andCloseFails() throws IOException {
    Files.createSymbolicLink(directory.resolve("link"), Path.of("a"));
    Refusal.EINVAL.of(() ->
        write(
            """
            {"path":"a","vector":[1,2]}
            {"path":"b","vector":[1,2,3]}
            {"path":"missing","vector":[1,2]}
            not json
            {"path":"c","vector":[1,2],"colour":"red"}
            {"path":"c"}
            {"path":"../first","vector":[1,2]}
            {"path":"c","vector":"***"}
            {"path":"sub","vector":[1,2]}
            {"path":"link","vector":[1,2]}
            {"path":"c","vector":[1,NaN]}
            {"path":"c","vector":[1,2],"vector":[1,2]}
            {"path":"c","vector":[1,2]} more
            {"path":"c","collection":"no/name","vector":[1,2]}
            {"path":"sub/d","vector":[3,4]}
            """));
    assertEquals(List.of(1f, 2f), Attributes.vector(directory.resolve("a")));
    assertEquals(List.of(3f, 4f), Attributes.vector(directory.resolve("sub/d")));
    assertEquals(List.of("a", "sub/d"), Conversation.ask(directory, "[1,2]").paths());
    List<Map<String, Object>> errors = errors();
    for (int line = 2; line <= 14; line++) {
      String start = "import, line " + line + ": ";
      assertTrue(
          errors.stream().anyMatch(error -> Json.text(error, "cause").startsWith(start)),
          start + " in " + errors);
    }
    assertEquals("ENOENT", cause(errors, "line 3:").get("errno"));
    assertEquals("missing", cause(errors, "line 3:").get("path"));
    assertTrue(
        Json.text(errors.getLast(), "cause").startsWith("13 of 15 lines were refused"),
        errors::toString);
  }

  @Test
  void cutOffLine_failsTheClose_andStoresNothingOfIt() throws IOException {
    Refusal.EINVAL.of(
        () -> write("{\"path\":\"a\",\"vector\":[1,2]}\n{\"path\":\"b\",\"vector\":[1,"));
    assertEquals(List.of("a"), Conversation.ask(directory, "[1,2]").paths());
  }

  @Test
  void anotherUser_importsWhatSheMayWrite() throws Exception {
    String printed =
        Command.python(
                """
                import json, os, sys
                directory = sys.argv[1]
                os.chmod(directory + "/a", 0o666)
                os.chmod(directory + "/sub/d", 0o666)
                os.chmod(directory + "/sub", 0o700)
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                try:
                    with open(directory + "/.vexfs/import", "w") as lines:
                        for path in ("a", "b", "sub/d"):
                            lines.write(json.dumps({"path": path, "vector": [1, 2]}) + "\\n")
                except OSError as failure:
                    print(failure.strerror)
                for line in open(directory + "/.vexfs/errors"):
                    print(json.loads(line)["errno"], json.loads(line)["path"] or ".")
                """,
                directory)
            .output();
    assertEquals("Invalid argument\nEACCES b\nEACCES sub/d\nEINVAL .\n", printed);
    assertEquals(List.of("a"), Conversation.ask(directory, "[1,2]").paths());
  }

  @Test
  void manyLines_areAllFoundAfterwards() throws IOException {
    int count = 2_000;
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      Files.createFile(directory.resolve("file" + i));
      lines.append("{\"path\":\"file%d\",\"vector\":[%d,1000]}%n".formatted(i, i));
    }
    write(lines.toString());
    Conversation.Answer answer =
        Conversation.ask(directory, "{\"vector\":[0,1000],\"k\":%d}".formatted(count));
    assertEquals(count, answer.paths().size());
    assertEquals("file7", answer.paths().get(7));
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(directory.resolve(".vexfs/import"), StandardOpenOption.WRITE);
  }

  private void write(String lines) throws IOException {
    Files.writeString(directory.resolve(".vexfs/import"), lines);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<Map<String, Object>> errors() throws IOException {
    return Json.lines(Files.readString(directory.resolve(".vexfs/errors")));
  }

  private static Map<String, Object> cause(List<Map<String, Object>> errors, String part) {
    return errors.stream()
        .filter(error -> Json.text(error, "cause").contains(part))
        .findFirst()
        .orElseThrow(() -> new AssertionError(part + " in " + errors));
  }
}
