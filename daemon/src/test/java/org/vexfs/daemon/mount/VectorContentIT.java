package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
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

/// Files named `*.vec`, whose content is their vector.
@Timeout(60)
final class VectorContentIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final List<Float> VECTOR = List.of(1f, 2f, 3f);

  private static NativeMount mount;
  private Path directory;
  private Path file;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
    Attributes.attach(mount.file("first", ""), 0, 0, 0);
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @BeforeEach
  void makeDirectory(TestInfo test) throws IOException {
    directory =
        Files.createTempDirectory(mount.mountPoint(), test.getTestMethod().orElseThrow().getName());
    file = directory.resolve("own.vec");
  }

  static Stream<Arguments> forms() {
    return Stream.of(
        Arguments.of("text", bytes("1, 2, 3\n")),
        Arguments.of("array", bytes("[1,2,3]")),
        Arguments.of("raw", Forms.raw(1, 2, 3)),
        Arguments.of("npy", Forms.npy("<f4", "(3,)", Forms.raw(1, 2, 3))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void content_inAnyForm_isTheVector(String name, byte[] content) throws IOException {
    Files.write(file, content);
    assertEquals(VECTOR, Attributes.vector(file));
    assertEquals(List.of("own.vec"), Conversation.ask(directory, "[1,2,3]").paths(), name);
  }

  @Test
  void matrix_isAnEntryOfSeveralRows() throws IOException {
    Files.writeString(file, "[[1,2,3],[4,5,6]]");
    assertEquals(List.of(1f, 2f, 3f, 4f, 5f, 6f), Attributes.vector(file));
  }

  @Test
  void content_changedInParts_isTakenAtClose() throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      int _ = channel.write(ByteBuffer.wrap(bytes("[1,")));
      int _ = channel.write(ByteBuffer.wrap(bytes("2,3]")));
      Refusal.ENODATA.of(() -> Attributes.vector(file));
    }
    assertEquals(VECTOR, Attributes.vector(file));
    Files.writeString(file, "\n", StandardOpenOption.APPEND);
    assertEquals(VECTOR, Attributes.vector(file));
    Files.writeString(file, "[7,8,9]");
    assertEquals(List.of(7f, 8f, 9f), Attributes.vector(file));
  }

  @Test
  void fsync_takesWhatIsThere() throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      int _ = channel.write(ByteBuffer.wrap(bytes("[1,2,3]")));
      channel.force(true);
      assertEquals(VECTOR, Attributes.vector(file));
    }
  }

  @Test
  void badContent_failsTheClose_staysAsContent_andTakesTheVectorAway() throws IOException {
    Files.writeString(file, "[1,2,3]");
    for (String bad : List.of("[1,2]", "words", "[1,NaN,3]", "[[1,2,3],[1,2]]")) {
      Refusal.EINVAL.of(() -> Files.writeString(file, bad));
      assertEquals(bad, Files.readString(file));
      Refusal.ENODATA.of(() -> Attributes.vector(file));
      Map<String, Object> error =
          Json.lines(Files.readString(directory.resolve(".vexfs/errors"))).getLast();
      assertEquals("own.vec", error.get("path"));
      assertTrue(!Json.text(error, "cause").isBlank(), error::toString);
      Files.writeString(file, "[1,2,3]");
      assertEquals(VECTOR, Attributes.vector(file));
    }
  }

  @Test
  void emptyFile_hasNoVector_andIsNoError() throws IOException {
    Command.of("sh", "-c", "printf '1,2,3' >\"$0\"", file).output();
    assertEquals(VECTOR, Attributes.vector(file));
    Command.of("sh", "-c", ": >\"$0\"", file).output();
    awaitNoVector();
    Files.writeString(file, "1,2,3");
    Command.of("truncate", "-s", "0", file).output();
    awaitNoVector();
    assertEquals("", Files.readString(directory.resolve(".vexfs/errors")));
  }

  /// The last close is told to the daemon after it has returned to the program.
  private void awaitNoVector() throws IOException {
    Deadline.await(
        Duration.ofSeconds(20),
        () -> !Attributes.names(file).contains(Attributes.VECTOR),
        () -> "an empty file still has its vector");
    Refusal.ENODATA.of(() -> Attributes.vector(file));
  }

  @Test
  void rename_toTheName_takesTheContent_andFromIt_keepsTheVector() throws IOException {
    Path plain = Files.writeString(directory.resolve("plain"), "[1,2,3]");
    Refusal.ENODATA.of(() -> Attributes.vector(plain));
    Files.move(plain, file, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(VECTOR, Attributes.vector(file));

    Path changed = Files.writeString(directory.resolve("changed"), "4,5,6");
    Files.move(changed, file, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(List.of(4f, 5f, 6f), Attributes.vector(file));

    Files.move(file, plain, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(List.of(4f, 5f, 6f), Attributes.vector(plain));
    Files.writeString(plain, "no vector, and never was to be one");
    assertEquals(List.of(4f, 5f, 6f), Attributes.vector(plain));

    Path words = Files.writeString(directory.resolve("words"), "words");
    Files.move(words, file, StandardCopyOption.ATOMIC_MOVE);
    assertEquals("words", Files.readString(file));
    Refusal.ENODATA.of(() -> Attributes.vector(file));
  }

  @Test
  void linkAndCopy_takeTheContent() throws IOException {
    Path plain = Files.writeString(directory.resolve("plain"), "[1,2,3]");
    Files.createLink(file, plain);
    assertEquals(VECTOR, Attributes.vector(plain));
    Command.of("cp", file, directory.resolve("copy.vec")).output();
    assertEquals(VECTOR, Attributes.vector(directory.resolve("copy.vec")));
    Command.of("rsync", "-a", file, directory.resolve("synced.vec")).output();
    assertEquals(VECTOR, Attributes.vector(directory.resolve("synced.vec")));
  }

  @Test
  void numpy_andMappings_writeVectors() throws IOException {
    String printed =
        Command.python(
                """
                import mmap, os, struct, sys
                import numpy as np
                file = sys.argv[1]
                with open(file, "wb") as out:
                    np.save(out, np.array([1, 2, 3], dtype="<f4"))
                print(struct.unpack("<3f", os.getxattr(file, "user.vexfs.vector")))
                with open(file, "r+b") as out:
                    mapped = mmap.mmap(out.fileno(), 0)
                mapped[-12:] = struct.pack("<3f", 7, 8, 9)
                mapped.close()
                """,
                file)
            .output();
    assertEquals("(1.0, 2.0, 3.0)\n", printed);
    // The kernel lets go of the file some time after the mapping is gone.
    Deadline.await(
        PATIENCE,
        () -> Attributes.vector(file).equals(List.of(7f, 8f, 9f)),
        () -> "the vector is not what the mapping wrote");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
