package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

/// The commands that work on what is mounted.
@Timeout(180)
final class CommandLineIT {
  private static NativeMount mount;
  private Path directory;
  private Path outside;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @BeforeEach
  void makeFiles(TestInfo test) throws IOException {
    String name = test.getTestMethod().orElseThrow().getName();
    directory = Files.createTempDirectory(mount.mountPoint(), name);
    outside = Files.createTempDirectory(mount.beside("outside"), name);
    for (String file : List.of("a", "b", "c d")) {
      Files.writeString(directory.resolve(file), file);
    }
  }

  @Test
  void attachSearchAndDetach_workOnAnyFileOfTheMount() throws IOException {
    vexfs("attach", directory.resolve("a"), "--value", "[1,0]").output();
    Path npy = Files.write(outside.resolve("b.npy"), Forms.npy("<f4", "(2,)", Forms.raw(0, 1)));
    vexfs("attach", directory.resolve("b"), npy).output();
    Command.script("printf '3,4' | \"$1\" attach \"$2\" -", launcher(), directory.resolve("c d"))
        .output();
    assertEquals(List.of(3f, 4f), Attributes.vector(directory.resolve("c d")));

    String found = vexfs("search", directory, "--vector", npy, "-k", 2).output();
    assertEquals(List.of("b", "a"), Conversation.parse(found).paths());
    String near =
        vexfs("search", directory, "--like", "a", "--offset", 1, "--with", "vector").output();
    assertEquals(List.of("c d"), Conversation.parse(near).paths());
    assertTrue(near.contains("\"vector\":[3.0,4.0]"), near);
    String within = vexfs("search", directory, "--like", "a", "--max-distance", 1.5).output();
    assertEquals(List.of("b"), Conversation.parse(within).paths());

    Command.Result refused = vexfs("attach", directory.resolve("a"), "--value", "[1,2,3]").run();
    assertEquals(1, refused.exitCode(), refused::output);
    assertTrue(refused.output().contains("dimension"), refused::output);
    assertEquals(2, vexfs("attach", "--colour").run().exitCode());

    Command.Result detached = vexfs("detach", directory.resolve("a"), directory.resolve("b")).run();
    assertEquals(0, detached.exitCode(), detached::output);
    Refusal.ENODATA.of(() -> Attributes.vector(directory.resolve("a")));
    Command.Result again = vexfs("detach", directory.resolve("a")).run();
    assertEquals(1, again.exitCode());
    assertTrue(again.output().contains("has no vector in collection default"), again::output);
  }

  static Stream<Arguments> matrices() {
    float[] values = {1, 2, 3, 4, 5, 6};
    ByteBuffer fvecs = ByteBuffer.allocate(3 * 12).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer bvecs = ByteBuffer.allocate(3 * 6).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < 3; row++) {
      fvecs.putInt(2).putFloat(values[2 * row]).putFloat(values[2 * row + 1]);
      bvecs.putInt(2).put((byte) values[2 * row]).put((byte) values[2 * row + 1]);
    }
    ByteBuffer fbin = ByteBuffer.allocate(8 + 24).order(ByteOrder.LITTLE_ENDIAN);
    fbin.putInt(3).putInt(2).put(Forms.raw(values));
    return Stream.of(
        Arguments.of("matrix.npy", Forms.npy("<f4", "(3, 2)", Forms.raw(values))),
        Arguments.of("bytes.npy", Forms.npy("|u1", "(3, 2)", new byte[] {1, 2, 3, 4, 5, 6})),
        Arguments.of("matrix.fvecs", fvecs.array()),
        Arguments.of("matrix.bvecs", bvecs.array()),
        Arguments.of("matrix.fbin", fbin.array()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("matrices")
  void matrix_isImported_eachRowToItsFile(String name, byte[] content) throws IOException {
    Path file = Files.write(outside.resolve(name), content);
    Path list = Files.writeString(outside.resolve("list"), "a\nc d\nb\n");
    String said = vexfs("import", directory, file, "--paths", list).output();
    assertTrue(said.contains("3 files got vectors"), said);
    assertEquals(List.of(1f, 2f), Attributes.vector(directory.resolve("a")));
    assertEquals(List.of(3f, 4f), Attributes.vector(directory.resolve("c d")));
    assertEquals(List.of(5f, 6f), Attributes.vector(directory.resolve("b")));
  }

  @Test
  void matrixThatDoesNotFit_isRefused() throws IOException {
    byte[] npy = Forms.npy("<f4", "(3, 2)", Forms.raw(1, 2, 3, 4, 5, 6));
    Path file = Files.write(outside.resolve("m.npy"), npy);
    Path list = Files.writeString(outside.resolve("list"), "a\nb\n");
    Command.Result counted = vexfs("import", directory, file, "--paths", list).run();
    assertTrue(counted.output().contains("has 3 rows"), counted::output);
    assertEquals(1, counted.exitCode());
    assertTrue(vexfs("import", directory, file).failure().contains("--paths"));
    Files.write(file, Arrays.copyOf(npy, npy.length - 1));
    Files.writeString(list, "a\nb\nc d\n");
    String cut = vexfs("import", directory, file, "--paths", list).failure();
    assertTrue(cut.contains("shorter than its header says"), cut);
  }

  @Test
  void import_goesOnWhereItWasInterrupted_andNamesWhatWasRefused() throws IOException {
    Path lines =
        Files.writeString(
            outside.resolve("lines.jsonl"),
            """
            {"path":"a","vector":[[1,2],[3,4]],"collection":"rows"}
            {"path":"missing","vector":[1,2],"collection":"rows"}
            {"path":"b","vector":[5,6],"collection":"rows"}
            """);
    Command.Result first = vexfs("import", directory, lines).run();
    assertEquals(1, first.exitCode(), first::output);
    assertTrue(first.output().contains("line 2: there is no such file"), first::output);
    assertTrue(first.output().contains("2 files got vectors"), first::output);
    Files.writeString(directory.resolve("missing"), "there now");
    String second = vexfs("import", directory, lines, "--resume").output();
    assertTrue(second.contains("1 files got vectors"), second);
    assertTrue(second.contains("2 had them already"), second);
    assertEquals(
        List.of(1f, 2f, 3f, 4f),
        Forms.floats(Attributes.get(directory.resolve("a"), "vexfs.vector.rows")));
  }

  @Test
  void export_isAnArrayThatNumpyMaps_andThatIsImportedAgain() throws IOException {
    Attributes.set(directory.resolve("a"), "vexfs.vector.out", "[1,2]");
    Attributes.set(directory.resolve("b"), "vexfs.vector.out", "[[3,4],[5,6]]");
    Attributes.set(mount.file("elsewhere", ""), "vexfs.vector.out", "[9,9]");
    Path array = outside.resolve("out.npy");
    vexfs("export", directory, array, "--collection", "out").output();
    String read =
        Command.python(
                """
                import numpy as np, sys
                a = np.load(sys.argv[1], mmap_mode="r")
                print(type(a).__name__, a.dtype, a.tolist(), open(sys.argv[2]).read().split())
                """,
                array,
                outside.resolve("out.paths"))
            .output();
    assertEquals("memmap float32 [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]] ['a', 'b', 'b']\n", read);
    String said =
        vexfs(
                "import",
                directory,
                array,
                "--paths",
                outside.resolve("out.paths"),
                "--collection",
                "again",
                "--metric",
                "cosine")
            .output();
    assertTrue(said.contains("2 files got vectors"), said);
    assertEquals(
        List.of(3f, 4f, 5f, 6f),
        Forms.floats(Attributes.get(directory.resolve("b"), "vexfs.vector.again")));
  }

  @Test
  void batch_isSearchedRowByRow() throws IOException {
    Attributes.attach(directory.resolve("a"), 1, 0);
    Attributes.attach(directory.resolve("b"), 0, 1);
    Path queries =
        Files.write(outside.resolve("q.npy"), Forms.npy("<f4", "(2, 2)", Forms.raw(0, 1, 1, 0)));
    String found = vexfs("search", directory, "--batch", queries, "-k", 1).output();
    assertEquals(List.of("b", "a"), Conversation.parse(found).paths());
    List<Map<String, Object>> closings = Conversation.parse(found).closings();
    assertEquals(List.of(0L, 1L), closings.stream().map(line -> line.get("query")).toList());
  }

  @Test
  void collectionsStatsAndStatus_tellOfTheMount() throws IOException {
    vexfs("collections", directory, "--create", "angles", "--metric", "cosine").output();
    Attributes.set(directory.resolve("a"), "vexfs.vector.angles", "[1,2,3]");
    String table = vexfs("collections", mount.mountPoint()).output();
    assertTrue(table.lines().anyMatch(line -> line.matches("angles +3 +cosine +1 +1 +.*")), table);
    assertTrue(vexfs("stats", directory).output().contains("vectors"), "stats");
    assertTrue(vexfs("status", directory).output().contains("state: ready"), "status");
    Command.Result elsewhere = vexfs("stats", outside).run();
    assertEquals(1, elsewhere.exitCode());
    assertTrue(elsewhere.output().contains("does not lie in a VexFS mount"), elsewhere::output);
    Command.Result metric =
        vexfs("collections", directory, "--create", "angles", "--metric", "dot").run();
    assertEquals(1, metric.exitCode());
    assertTrue(metric.output().contains("has had vectors"), metric::output);
  }

  @Test
  void completion_isAScriptThatBashTakes() throws IOException {
    Path script = Files.writeString(outside.resolve("script"), vexfs("completion").output());
    String completed =
        Command.script(
                """
                source "$1"
                COMP_WORDS=(vexfs im) COMP_CWORD=1 COMP_LINE='vexfs im' COMP_POINT=8
                _complete_vexfs || true
                echo "${COMPREPLY[@]}"
                """,
                script)
            .output();
    assertEquals("import\n", completed);
  }

  private static Command vexfs(Object... arguments) {
    List<Object> words = new ArrayList<>(List.of(launcher()));
    words.addAll(List.of(arguments));
    return Command.of(words.toArray());
  }

  private static Path launcher() {
    return NativeMount.launcher();
  }
}
