package org.vexfs.daemon.mount;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
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

/// The ways to give a file vectors, and how these follow their file.
@Timeout(60)
final class VectorFormsIT {
  private static final List<Float> EXPECTED = List.of(1f, 2f, 3f);

  private static NativeMount mount;
  private Path directory;
  private Path file;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @BeforeEach
  void makeFile(TestInfo test) throws IOException {
    String name = test.getTestMethod().orElseThrow().getName();
    directory = Files.createTempDirectory(mount.mountPoint(), name);
    file = Files.writeString(directory.resolve("file"), "text");
  }

  /// The vector 1, 2, 3 in every form.
  static Stream<Arguments> forms() {
    byte[] raw = Forms.raw(1, 2, 3);
    byte[] doubles = new byte[24];
    ByteBuffer.wrap(doubles)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asDoubleBuffer()
        .put(new double[] {1, 2, 3});
    return Stream.of(
        Arguments.of("raw", raw),
        Arguments.of("JSON", "[1, 2.0, 3e0]".getBytes(US_ASCII)),
        Arguments.of("JSON, one row", "[[1,2,3]]\n".getBytes(US_ASCII)),
        Arguments.of("decimals", "1,2, 3\n".getBytes(US_ASCII)),
        Arguments.of("npy float32", Forms.npy("<f4", "(3,)", raw)),
        Arguments.of("npy one row", Forms.npy("<f4", "(1, 3)", raw)),
        Arguments.of("npy float64", Forms.npy("<f8", "(3,)", doubles)),
        Arguments.of(
            "npy float16", Forms.npy("<f2", "(3,)", new byte[] {0, 0x3C, 0, 0x40, 0, 0x42})),
        Arguments.of("npy int8", Forms.npy("|i1", "(3,)", new byte[] {1, 2, 3})),
        Arguments.of("npy uint8", Forms.npy("|u1", "(3,)", new byte[] {1, 2, 3})));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void attribute_takesEveryForm(String form, byte[] value) throws IOException {
    Attributes.set(file, Attributes.VECTOR, value);
    assertEquals(EXPECTED, Attributes.vector(file), form);
    assertEquals(List.of(Attributes.VECTOR), Attributes.names(file));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void vectorFile_takesEveryForm(String form, byte[] value) throws IOException {
    Files.write(vectorFile("file"), value);
    assertEquals(EXPECTED, Attributes.vector(file), form);
    assertArrayEquals(
        Forms.npy("<f4", "(3,)", Forms.raw(1, 2, 3)), Files.readAllBytes(vectorFile("file")), form);
  }

  @Test
  void setfattr_andGetfattr_work() throws IOException {
    Command.of("setfattr", "-n", "user.vexfs.vector", "-v", "[1,2,3]", file).output();
    Command.of("setfattr", "-n", "user.vexfs.vector.setfattr", "-v", "5,6", file).output();
    assertEquals(
        "0x0000803f0000004000004040",
        Command.script(
                "getfattr --absolute-names --only-values -n user.vexfs.vector \"$1\" | od -An -tx1 | tr -d ' \\n'",
                file)
            .output()
            .transform(hex -> "0x" + hex));
    assertEquals(List.of("vexfs.vector", "vexfs.vector.setfattr"), Attributes.names(file));

    Command.of("setfattr", "-x", "user.vexfs.vector", file).output();
    Refusal.ENODATA.of(() -> Attributes.get(file, Attributes.VECTOR));
    Refusal.ENODATA.of(() -> Attributes.remove(file, Attributes.VECTOR));
    assertEquals(List.of("vexfs.vector.setfattr"), Attributes.names(file));
    assertEquals(List.of(5f, 6f), Forms.floats(Attributes.get(file, "vexfs.vector.setfattr")));
  }

  @Test
  void matrix_keepsItsRows() throws IOException {
    Files.writeString(vectorFile("file"), "[[1,2,3],[4,5,6]]");
    assertEquals(List.of(1f, 2f, 3f, 4f, 5f, 6f), Attributes.vector(file));
    byte[] npy = Files.readAllBytes(vectorFile("file"));
    assertArrayEquals(Forms.npy("<f4", "(2, 3)", Forms.raw(1, 2, 3, 4, 5, 6)), npy);
    assertEquals(npy.length, Files.size(vectorFile("file")));
    Attributes.attach(file, 7, 8, 9);
    assertEquals(List.of(7f, 8f, 9f), Attributes.vector(file));
  }

  /// The rows 1, 2, 3 and 4, 5, 6 in every form, in a collection that has a dimension.
  static Stream<Arguments> matrices() {
    byte[] raw = Forms.raw(1, 2, 3, 4, 5, 6);
    byte[] bytes = {1, 2, 3, 4, 5, 6};
    return Stream.of(
        Arguments.of("raw", raw),
        Arguments.of("JSON", "[[1,2,3],[4,5,6]]".getBytes(US_ASCII)),
        Arguments.of("npy float32", Forms.npy("<f4", "(2, 3)", raw)),
        Arguments.of("npy int8", Forms.npy("|i1", "(2, 3)", bytes)),
        Arguments.of("npy uint8", Forms.npy("|u1", "(2, 3)", bytes)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("matrices")
  void matrix_isTakenInEveryForm(String form, byte[] value) throws IOException {
    Attributes.attach(file, 9, 9, 9);
    Attributes.set(file, Attributes.VECTOR, value);
    assertEquals(List.of(1f, 2f, 3f, 4f, 5f, 6f), Attributes.vector(file), form);
    Attributes.attach(file, 9, 9, 9);
    Files.write(vectorFile("file"), value);
    assertArrayEquals(
        Forms.npy("<f4", "(2, 3)", Forms.raw(1, 2, 3, 4, 5, 6)),
        Files.readAllBytes(vectorFile("file")),
        form);
    Path copy = directory.resolve("copy");
    Command.of("cp", "--preserve=xattr", file, copy).output();
    assertEquals(List.of(1f, 2f, 3f, 4f, 5f, 6f), Attributes.vector(copy), form);
  }

  @Test
  void matrix_largerThanAnAttribute_goesThroughItsFile() throws IOException {
    int rows = 10_000;
    float[] values = new float[rows * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    byte[] npy = Forms.npy("<f4", "(%d, 3)".formatted(rows), Forms.raw(values));
    Files.write(vectorFile("file"), npy);
    assertArrayEquals(npy, Files.readAllBytes(vectorFile("file")));
    assertEquals(List.of(), Attributes.names(file));
    mount.killAndMount();
    assertArrayEquals(npy, Files.readAllBytes(vectorFile("file")));
  }

  @Test
  void numpy_loadsMapsAndSaves() throws IOException {
    String printed =
        Command.python(
                """
                try:
                    import numpy
                except ImportError:
                    raise SystemExit("install python3-numpy: this test needs NumPy")
                import os, sys
                os.chdir(sys.argv[1])
                one = ".vexfs/vectors/file.npy"
                numpy.save(one, numpy.array([[1, 2, 3], [4, 5, 6]], dtype="float64"))
                print(numpy.load(one).tolist(), numpy.load(one).dtype)
                print(numpy.load(one, mmap_mode="r")[1].tolist())
                numpy.save(open(one, "wb"), numpy.float32([7, 8, 9]))
                print(numpy.load(one).tolist())
                print(numpy.frombuffer(os.getxattr("file", "user.vexfs.vector"), "<f4").tolist())
                """,
                directory)
            .output();
    assertEquals(
        """
        [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]] float32
        [4.0, 5.0, 6.0]
        [7.0, 8.0, 9.0]
        [7.0, 8.0, 9.0]
        """,
        printed);
  }

  @Test
  void rename_takesTheVectorAlong() throws Exception {
    Attributes.attach(file, 1, 2, 3);
    Path moved = Files.move(file, Files.createDirectory(directory.resolve("sub")).resolve("moved"));
    assertEquals(EXPECTED, Attributes.vector(moved));
    Files.writeString(file, "another");
    assertEquals(List.of(), Attributes.names(file));
    mount.killAndMount();
    assertEquals(EXPECTED, Attributes.vector(moved));
    assertEquals(List.of(), Attributes.names(file));
  }

  @Test
  void renameOfADirectory_takesAllVectorsAlong() throws Exception {
    Path inner = Files.createDirectories(directory.resolve("old/inner"));
    for (int i = 0; i < 50; i++) {
      Attributes.attach(Files.createFile(inner.resolve("file" + i)), i, 0, 1);
    }
    Path moved = Files.move(directory.resolve("old"), directory.resolve("new")).resolve("inner");
    checkMoved(moved);
    assertEquals(
        50,
        Conversation.ask(directory.resolve("new"), "{\"vector\":[0,0,0],\"k\":99}").lines().size());
    mount.killAndMount();
    checkMoved(moved);
  }

  private static void checkMoved(Path moved) throws IOException {
    for (int i = 0; i < 50; i++) {
      assertEquals(List.of((float) i, 0f, 1f), Attributes.vector(moved.resolve("file" + i)));
    }
  }

  @Test
  void replacedFile_hasTheVectorOfWhatReplacedIt() throws Exception {
    Attributes.attach(file, 9, 9, 9);
    Path replacement = Files.writeString(directory.resolve("new"), "new");
    Attributes.attach(replacement, 1, 2, 3);
    Files.move(
        replacement, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(EXPECTED, Attributes.vector(file));
    assertEquals(1, Conversation.ask(directory, "{\"vector\":[0,0,0]}").lines().size());
    mount.killAndMount();
    assertEquals(EXPECTED, Attributes.vector(file));
  }

  @Test
  void unlink_dropsTheVector() throws Exception {
    Attributes.attach(file, 1, 2, 3);
    Files.delete(file);
    assertEquals(List.of(), Conversation.ask(directory, "[0,0,0]").lines());
    Files.writeString(file, "again");
    assertEquals(List.of(), Attributes.names(file));
    mount.killAndMount();
    assertEquals(List.of(), Attributes.names(file));
    assertEquals(List.of(), Conversation.ask(directory, "[0,0,0]").lines());
  }

  @Test
  void hardLinks_shareTheVector() throws Exception {
    Attributes.attach(file, 9, 9, 9);
    Path link = Files.createLink(directory.resolve("link"), file);
    Attributes.attach(link, 1, 2, 3);
    assertEquals(EXPECTED, Attributes.vector(file));
    Files.delete(file);
    assertEquals(EXPECTED, Attributes.vector(link));
    assertEquals(List.of("link"), Conversation.ask(directory, "[0,0,0]").paths());
    mount.killAndMount();
    assertEquals(EXPECTED, Attributes.vector(link));
    Files.delete(link);
    assertEquals(List.of(), Conversation.ask(directory, "[0,0,0]").paths());
  }

  @Test
  void content_mayChangeWithoutTheVector() throws Exception {
    Attributes.attach(file, 1, 2, 3);
    Files.writeString(file, "quite different");
    Command.of("truncate", "--size=0", file).output();
    assertEquals(EXPECTED, Attributes.vector(file));
  }

  @Test
  void everyAcknowledgedVector_survivesAKill() throws Exception {
    for (int i = 0; i < 300; i++) {
      Path each = Files.createFile(directory.resolve("each" + i));
      Attributes.attach(each, i, i + 1, i + 2);
      if (i % 3 == 0) {
        Attributes.remove(each, Attributes.VECTOR);
      }
    }
    mount.killAndMount();
    for (int i = 0; i < 300; i++) {
      Path each = directory.resolve("each" + i);
      if (i % 3 == 0) {
        assertEquals(List.of(), Attributes.names(each));
      } else {
        assertEquals(List.of((float) i, i + 1f, i + 2f), Attributes.vector(each));
      }
    }
  }

  @Test
  void namesOfAnyBytes_carryVectors() throws IOException {
    Command.python(
            """
            import os, sys
            os.chdir(os.fsencode(sys.argv[1]))
            for name in (b"\\xff\\xfe", b"new\\nline", b"a (deleted)", "fä".encode()):
                open(name, "w").close()
                os.setxattr(name, "user.vexfs.vector", b"[1,2,3]")
                os.rename(name, name + b"~")
                assert len(os.getxattr(name + b"~", "user.vexfs.vector")) == 12, name
                with open(b".vexfs/vectors/" + name + b"~.npy", "rb") as vector:
                    assert len(vector.read()) == 140, name
            """,
            directory)
        .output();
    assertEquals(4, Conversation.ask(directory, "[1,2,3]").lines().size());
  }

  @Test
  void vectorFile_ofNoFile_doesNotExist() {
    assertFalse(Files.exists(vectorFile("none")));
    Refusal.ENOENT.of(() -> Files.writeString(vectorFile("none"), "[1,2,3]"));
  }

  private Path vectorFile(String name) {
    return directory.resolve(".vexfs/vectors/" + name + ".npy");
  }
}
