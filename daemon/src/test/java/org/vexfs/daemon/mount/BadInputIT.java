package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What bad input gets: the errno, nothing stored, and the cause in `.vexfs/errors`.
@Timeout(60)
final class BadInputIT {
  private static NativeMount mount;
  private Path directory;
  private Path file;

  /// The collection `default` has dimension 3, `unit` measures the cosine.
  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
    Attributes.attach(mount.file("good", "text"), 1, 2, 3);
    Path config = mount.path(".vexfs/collections/unit/config");
    if (!Files.exists(config.getParent())) {
      Files.createDirectory(config.getParent());
    }
    Files.writeString(config, "{\"metric\":\"cosine\"}");
    Attributes.set(mount.path("good"), "vexfs.vector.unit", "[1,0,0]");
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @BeforeEach
  void makeFile(TestInfo test) throws IOException {
    directory =
        Files.createTempDirectory(mount.mountPoint(), test.getTestMethod().orElseThrow().getName());
    file = Files.writeString(directory.resolve("file"), "text");
  }

  static Stream<Arguments> badVectors() {
    return Stream.of(
        Arguments.of("wrong dimension, text", "[1,2]"),
        Arguments.of("wrong dimension, raw", Forms.raw(-1, -2)),
        Arguments.of("wrong dimension, npy", Forms.npy("<f4", "(2,)", Forms.raw(1, 2))),
        Arguments.of("NaN, text", "[1,NaN,3]"),
        Arguments.of("NaN, raw", Forms.raw(1, Float.NaN, 3)),
        Arguments.of("infinite", Forms.raw(1, Float.POSITIVE_INFINITY, 3)),
        Arguments.of("beyond float32", "[1,1e40,3]"),
        Arguments.of("empty array", "[]"),
        Arguments.of("no bytes", ""),
        Arguments.of("no rows", Forms.npy("<f4", "(0, 3)", new byte[0])),
        Arguments.of("ragged", "[[1,2,3],[1,2]]"),
        Arguments.of("words", "one two three"),
        Arguments.of("cut off", "[1,2,"),
        Arguments.of("something behind", "[1,2,3] and more"),
        Arguments.of("a length of no float32", new byte[] {(byte) 0xFF, 1, 2, 3, 4}),
        Arguments.of("npy of strings", Forms.npy("<U1", "(3,)", new byte[12])),
        Arguments.of("npy too short", Forms.npy("<f4", "(3,)", Forms.raw(1, 2))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badVectors")
  void badVector_isRefusedByTheAttribute(String name, Object value) throws IOException {
    Refusal.EINVAL.of(() -> Attributes.set(file, Attributes.VECTOR, bytes(value)));
    assertCause("EINVAL", name);
    assertNothingStored();

    Attributes.attach(file, 4, 5, 6);
    Refusal.EINVAL.of(() -> Attributes.set(file, Attributes.VECTOR, bytes(value)));
    assertEquals(List.of(4f, 5f, 6f), Attributes.vector(file));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badVectors")
  void badVector_isRefusedByTheVectorFile(String name, Object value) throws IOException {
    Path vectorFile = directory.resolve(".vexfs/vectors/file.npy");
    if (bytes(value).length == 0) {
      // Nothing is written then, so there is nothing to refuse; and nothing is stored or lost.
      Files.write(vectorFile, bytes(value));
      assertNothingStored();
      Attributes.attach(file, 4, 5, 6);
      Files.write(vectorFile, bytes(value));
      assertEquals(List.of(4f, 5f, 6f), Attributes.vector(file));
      return;
    }
    Refusal.EINVAL.of(() -> Files.write(vectorFile, bytes(value)));
    assertCause("EINVAL", name);
    assertNothingStored();
  }

  @Test
  void zeroVector_isRefusedUnderCosine() throws IOException {
    Refusal.EINVAL.of(() -> Attributes.set(file, "vexfs.vector.unit", "[0,0,0]"));
    assertCause("EINVAL", "zero");
    assertNothingStored();
    Refusal.EINVAL.of(() ->
        Files.writeString(
            directory.resolve(".vexfs/collections/unit/vectors/file.npy"), "[0,0,0]"));
    assertNothingStored();
    Attributes.set(file, Attributes.VECTOR, "[0,0,0]");
    assertEquals(List.of(0f, 0f, 0f), Attributes.vector(file));
  }

  static Stream<String> badQueries() {
    return Stream.of(
        "{\"vector\":[1,2,3],\"k\":0}",
        "{\"vector\":[1,2,3],\"k\":-1}",
        "{\"vector\":[1,2,3],\"k\":1.5}",
        "{\"vector\":[1,2,3],\"k\":\"ten\"}",
        "{\"vector\":[1,2,3],\"k\":1000000000}",
        "{\"vector\":[1,2,3],\"colour\":\"red\"}",
        "{\"vector\":[1,2,3],\"vector\":[1,2,3]}",
        "{\"vector\":[1,2,3],\"like\":\"good\"}",
        "{\"vector\":[1,2]}",
        "{\"vector\":\"none\"}",
        "{\"vector\":[]}",
        "{\"k\":3}",
        "{}",
        "{\"vector\":[1,2,3]} and more",
        "{\"vector\" [1,2,3]}",
        "{\"vector\":[1,2,3],\"ef\":0}",
        "{\"vector\":[1,2,3],\"offset\":-1}",
        "{\"vector\":[1,2,3],\"with\":[\"everything\"]}",
        "{\"vector\":[1,2,3],\"exact\":\"yes\"}",
        "{\"like\":\"../good\"}",
        "{\"text\":\"no embedder here\"}",
        "{\"vector\":[0,0,0],\"collection\":\"unit\"}",
        "find me something",
        "[1,2]");
  }

  @ParameterizedTest
  @MethodSource("badQueries")
  void badQuery_isRefused_andTheHandleStaysUsable(String query) throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      Refusal.EINVAL.of(() -> search.write(query.getBytes(StandardCharsets.UTF_8)));
      Map<String, Object> error = mount.errors().getLast();
      assertEquals("EINVAL", error.get("errno"), error::toString);
      assertFalse(Json.text(error, "cause").isBlank());
      assertEquals("", search.read(100));
      assertTrue(search.ask("[1,2,3]").paths().contains("good"));
    }
  }

  @Test
  void cutOffQuery_isRefusedWhenItsAnswerIsRead() throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      search.write("{\"vector\":[1,".getBytes(StandardCharsets.UTF_8));
      Refusal.EINVAL.of(() -> search.read(100));
      assertTrue(search.ask("[1,2,3]").paths().contains("good"));
    }
  }

  @Test
  void unknownCollection_doesNotExist() throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      String query = "{\"vector\":[1,2,3],\"collection\":\"nowhere\"}";
      Refusal.ENOENT.of(() -> search.write(query.getBytes(StandardCharsets.UTF_8)));
      Map<String, Object> error = mount.errors().getLast();
      assertEquals("ENOENT", error.get("errno"));
      assertTrue(Json.text(error, "cause").contains("nowhere"), error::toString);
      assertTrue(search.ask("[1,2,3]").paths().contains("good"));
    }
  }

  @Test
  void likeAFileWithoutVector_doesNotExist() throws IOException {
    try (Conversation search = new Conversation(directory)) {
      byte[] query = "{\"like\":\"file\"}".getBytes(StandardCharsets.UTF_8);
      Refusal.ENOENT.of(() -> search.write(query));
      assertCause("ENOENT", "like");
    }
    Refusal.ENOENT.of(() -> Files.readString(directory.resolve(".vexfs/near/file")));
  }

  @Test
  void value_overTheSizeLimit_isRefused() throws IOException {
    String printed =
        Command.python(
                """
                import errno, os, sys
                def attempt(name, value):
                    try:
                        os.setxattr(sys.argv[1], name, value)
                        print("succeeded")
                    except OSError as failure:
                        print(errno.errorcode[failure.errno])
                attempt("user.vexfs.vector", b"\\xff" * 65537)
                attempt("user.vexfs.vector.long", b"," .join([b"1"] * 32000))
                attempt("user.vexfs.vector." + "n" * 300, b"[1]")
                attempt("user.vexfs.vector.", b"[1]")
                """,
                file)
            .output();
    assertEquals(List.of("E2BIG", "succeeded", "ERANGE", "EINVAL"), printed.lines().toList());
  }

  @Test
  void metric_isFixedByTheFirstVector() throws IOException {
    Path config = mount.path(".vexfs/collections/default/config");
    Refusal.EINVAL.of(() -> Files.writeString(config, "{\"metric\":\"cosine\"}"));
    Refusal.EINVAL.of(() -> Files.writeString(config, "{\"metric\":\"nearness\"}"));
    Refusal.EINVAL.of(() -> Files.writeString(config, "{\"colour\":\"red\"}"));
    assertEquals("euclidean", Json.object(Files.readString(config)).get("metric"));
  }

  @Test
  void config_thatIsNoText_isNotTakenForBlank() throws IOException {
    Path config = mount.path(".vexfs/collections/default/config");
    Refusal.EINVAL.of(() -> Files.writeString(config, "\u00e9\u00e8"));
    Refusal.EINVAL.of(() -> Files.write(config, new byte[] {(byte) 0xFF, (byte) 0xFE}));
    Files.writeString(config, " \n\t ");
    assertEquals("euclidean", Json.object(Files.readString(config)).get("metric"));
  }

  @Test
  void errors_areThoseBelowTheDirectory() throws IOException {
    Refusal.EINVAL.of(() -> Attributes.set(file, Attributes.VECTOR, "[1]"));
    List<Map<String, Object>> here = errors();
    assertEquals(1, here.size());
    assertEquals("file", here.getFirst().get("path"));
    assertTrue(Json.text(here.getFirst(), "cause").contains("dimension"), here::toString);
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    assertEquals("", Files.readString(elsewhere.resolve(".vexfs/errors")));
  }

  private void assertCause(String errno, String name) throws IOException {
    Map<String, Object> error = errors().getLast();
    assertEquals(errno, error.get("errno"), error::toString);
    assertFalse(Json.text(error, "cause").isBlank(), name);
  }

  private List<Map<String, Object>> errors() throws IOException {
    return Json.lines(Files.readString(directory.resolve(".vexfs/errors")));
  }

  private void assertNothingStored() throws IOException {
    assertEquals(List.of(), Attributes.names(file));
    assertEquals(List.of(), Conversation.ask(directory, "[1,2,3]").lines());
  }

  private static byte[] bytes(Object value) {
    return value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) value;
  }
}
