package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Questions and answers through `.vexfs`, and through the command line.
///
/// The files `a` to `e` lie on a line, at 0, 1, 2, 4 and 8; `c` and `e` in the directory `inner`.
@Timeout(60)
final class SearchIT {
  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("-o", "allow_other");
    Files.setPosixFilePermissions(mount.mountPoint(), PosixFilePermissions.fromString("rwxr-xr-x"));
    mount.directory("inner/most");
    place("a", 0);
    place("b", 1);
    place("inner/c", 2);
    place("d", 4);
    place("inner/most/e", 8);
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @Test
  void vector_inEveryForm_findsTheSame() throws IOException {
    List<String> expected = List.of("b", "inner/c", "a");
    byte[] raw = Forms.raw(1.25f, 0);
    try (Conversation search = new Conversation(mount.mountPoint())) {
      assertEquals(expected, search.ask("{\"vector\":[1.25,0],\"k\":3}").paths());
      assertEquals(expected, search.ask("[1.25, 0]").paths().subList(0, 3));
      assertEquals(expected, search.ask("1.25,0\n").paths().subList(0, 3));
      assertEquals(expected, search.ask(raw).paths().subList(0, 3));
      assertEquals(expected, search.ask(Forms.npy("<f4", "(2,)", raw)).paths().subList(0, 3));
    }
  }

  @Test
  void answer_hasALineAHitAndAClosingLine() throws IOException {
    Conversation.Answer answer = ask("{\"vector\":[0,0],\"k\":2}");

    Map<String, Object> second = answer.lines().get(1);
    assertEquals(0, Json.number(second, "query"));
    assertEquals(2, Json.number(second, "rank"));
    assertEquals("b", Json.text(second, "path"));
    assertEquals(0, Json.number(second, "row"));
    assertEquals(1, Json.decimal(second, "distance"));
    assertEquals(0.5, Json.decimal(second, "score"));
    assertEquals(0, Json.number(answer.closing(), "query"));
    assertEquals(2, Json.number(answer.closing(), "hits"));
    assertEquals(true, answer.closing().get("exact"));
    assertEquals(5, Json.number(answer.closing(), "searched"));
    assertTrue(Json.number(answer.closing(), "took_us") >= 0);
  }

  @Test
  void like_findsTheOthers() throws IOException {
    assertEquals(List.of("a", "inner/c"), ask("{\"like\":\"b\",\"k\":2}").paths());
    assertEquals(
        List.of("most/e"), Conversation.ask(mount.path("inner"), "{\"like\":\"c\"}").paths());
  }

  @Test
  void directory_isTheScope() throws IOException {
    assertEquals(List.of("c", "most/e"), Conversation.ask(mount.path("inner"), "[0,0]").paths());
    assertEquals(List.of("e"), Conversation.ask(mount.path("inner/most"), "[0,0]").paths());
    Path empty = mount.directory("empty");
    Conversation.Answer nothing = Conversation.ask(empty, "[0,0]");
    assertEquals(List.of(), nothing.paths());
    assertEquals(0, Json.number(nothing.closing(), "hits"));
  }

  @Test
  void offset_leavesTheNearestOut() throws IOException {
    Conversation.Answer answer = ask("{\"vector\":[0,0],\"k\":2,\"offset\":3}");
    assertEquals(List.of("d", "inner/most/e"), answer.paths());
    assertEquals(4, Json.number(answer.lines().getFirst(), "rank"));
    assertEquals(List.of(), ask("{\"vector\":[0,0],\"offset\":5}").paths());
  }

  @Test
  void maxDistance_isTheLargestThatCounts() throws IOException {
    assertEquals(
        List.of("a", "b", "inner/c"), ask("{\"vector\":[0,0],\"max_distance\":2}").paths());
    assertEquals(List.of("a"), ask("{\"vector\":[0,0],\"max_distance\":0.5}").paths());
  }

  @Test
  void k_beyondWhatThereIs_returnsAllAndSaysHowMany() throws IOException {
    Conversation.Answer answer = ask("{\"vector\":[0,0],\"k\":1000}");
    assertEquals(List.of("a", "b", "inner/c", "d", "inner/most/e"), answer.paths());
    assertEquals(5, Json.number(answer.closing(), "hits"));
  }

  @Test
  void batch_isAnsweredVectorByVector() throws IOException {
    Conversation.Answer answer = ask("{\"vector\":[[0,0],[9,0]],\"k\":1}");
    assertEquals(List.of("a", "inner/most/e"), answer.paths());
    assertEquals(1, Json.number(answer.lines().get(1), "query"));
    assertEquals(
        List.of(0L, 1L),
        answer.closings().stream().map(closing -> Json.number(closing, "query")).toList());
  }

  @Test
  void with_addsVectorAndAttributes() throws IOException {
    Attributes.set(mount.path("b"), "note", "remarkable");
    Map<String, Object> hit =
        ask("{\"vector\":[1,0],\"k\":1,\"with\":[\"vector\",\"attributes\"]}").lines().getFirst();
    assertEquals(List.of(1.0, 0.0), hit.get("vector"));
    assertTrue(
        String.valueOf(hit.get("attributes")).contains("user.note=remarkable"), hit::toString);
  }

  @Test
  void handles_shareNothing() throws IOException {
    try (Conversation one = new Conversation(mount.mountPoint());
        Conversation other = new Conversation(mount.mountPoint())) {
      one.write("{\"vector\":[0,0],\"k\":1}".getBytes(StandardCharsets.UTF_8));
      assertEquals("", other.read(100));
      other.write("{\"vector\":[9,0],\"k\":1}".getBytes(StandardCharsets.UTF_8));
      assertEquals(List.of("a"), Conversation.parse(one.read(4096)).paths());
      assertEquals(List.of("inner/most/e"), Conversation.parse(other.read(4096)).paths());
      assertEquals(List.of("d"), one.ask("{\"vector\":[4,0],\"k\":1}").paths());
    }
  }

  @Test
  void answer_readInSmallPieces_isWhole() throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      byte[] query = "{\"vector\":[0,0]}".getBytes(StandardCharsets.UTF_8);
      for (int bufferBytes : new int[] {1, 7, 4096}) {
        search.write(query);
        assertEquals(5, Conversation.parse(search.read(bufferBytes)).lines().size());
      }
    }
  }

  @Test
  void query_writtenInPieces_isPutTogether() throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      for (String piece : new String[] {"{\"vec", "tor\":[0,", "0],\"k\"", ":1}"}) {
        search.write(piece.getBytes(StandardCharsets.UTF_8));
      }
      assertEquals(List.of("a"), Conversation.parse(search.read(4096)).paths());
    }
  }

  @Test
  void query_ofManyVectors_isTaken() throws IOException {
    int rows = 40_000;
    byte[] matrix = Forms.npy("<f4", "(%d, 2)".formatted(rows), new byte[rows * 2 * Float.BYTES]);
    try (Conversation search = new Conversation(mount.mountPoint())) {
      Conversation.Answer answer = search.ask(matrix);
      assertEquals(rows, answer.closings().size());
      assertEquals(5 * rows, answer.lines().size());
    }
  }

  @Test
  void shell_asksOverOneDescriptor() throws IOException {
    String answer =
        Command.script(
                """
                cd "$1"
                exec 3<>.vexfs/search
                echo '{"like":"a","k":1}' >&3; cat <&3
                echo '[8,0]' >&3; head -n 1 <&3
                """,
                mount.mountPoint())
            .output();
    assertEquals(
        List.of("b", "inner/most/e"),
        Conversation.parse(answer).lines().stream().map(line -> Json.text(line, "path")).toList());
  }

  @Test
  void python_seeksAndReads() throws IOException {
    String answer =
        Command.python(
                """
                import sys
                with open(sys.argv[1] + "/.vexfs/search", "r+b", buffering=0) as search:
                    search.write(b'{"like":"a","k":1}')
                    print(search.readline().decode(), end="")
                    search.write(b'[8,0]')
                    search.seek(0)
                    print(search.readline().decode(), end="")
                """,
                mount.mountPoint())
            .output();
    assertEquals(List.of("b", "inner/most/e"), Conversation.parse(answer).paths());
  }

  @Test
  void near_isATableOfTheNearest() throws IOException {
    assertEquals(
        List.of("a", "inner/c", "d", "inner/most/e"),
        column(Command.of("cat", mount.path(".vexfs/near/b")).output(), 2));
    String near = Files.readString(mount.path("inner/.vexfs/near/c"));
    assertEquals(List.of("most/e"), column(near, 2));
    assertEquals(List.of("1"), column(near, 0));
    assertEquals(List.of("0.1429"), column(near, 1));
    Refusal.ENOENT.of(() -> Files.readString(mount.path(".vexfs/near/no-such-file")));
    Refusal.ENOENT.of(() -> Files.readString(mount.path(".vexfs/near/inner/no-such-file")));
  }

  @Test
  void otherUser_findsOnlyWhatItMayRead() throws Exception {
    try (var own = NativeMount.start("-o", "allow_other")) {
      for (String name : new String[] {"open", "closed", "folder/inside"}) {
        Files.createDirectories(own.path(name).getParent());
        Attributes.attach(own.file(name, name), name.length(), 0);
        Files.setPosixFilePermissions(own.path(name), PosixFilePermissions.fromString("rw-r--r--"));
      }
      Files.setPosixFilePermissions(
          own.path("closed"), PosixFilePermissions.fromString("rw-------"));
      Files.setPosixFilePermissions(
          own.path("folder"), PosixFilePermissions.fromString("rwx------"));

      String question = "cd \"$1\"; exec 3<>.vexfs/search; echo '[4,0]' >&3; cat <&3";
      Conversation.Answer all =
          Conversation.parse(Command.script(question, own.mountPoint()).output());
      Conversation.Answer allowed =
          Conversation.parse(Command.script(question, own.mountPoint()).asNobody().output());

      assertEquals(List.of("open", "closed", "folder/inside"), all.paths());
      assertEquals(List.of("open"), allowed.paths());
      assertEquals(1, Json.number(allowed.closing(), "hits"));
      String near = Command.of("cat", own.path(".vexfs/near/open")).asNobody().output();
      assertEquals("", near);
      Command.of("cat", own.path(".vexfs/near/closed")).asNobody().failure();
      Command.of("cat", own.path(".vexfs/vectors/closed.npy")).asNobody().failure();
    }
  }

  @Test
  void otherUser_findsWhatAccessListsLetItRead() throws Exception {
    try (var own = NativeMount.start("-o", "allow_other")) {
      for (String name : List.of("granted", "refused", "masked", "hidden/inside", "shown/inside")) {
        Files.createDirectories(own.path(name).getParent());
        Attributes.attach(own.file(name, name), 1, 0);
      }
      Command.script(
              """
              cd "$1"; chmod 640 granted; chmod 644 refused masked */inside; chmod 750 shown; chmod 755 hidden
              setfacl -m u:65534:r granted; setfacl -m u:65534:- refused; setfacl -m u:65534:r hidden
              setfacl -m g:65534:r masked; chmod go-r masked; setfacl -m u:65534:x shown
              """,
              own.mountPoint())
          .output();

      String question = "cd \"$1\"; exec 3<>.vexfs/search; echo '[4,0]' >&3; cat <&3";
      Conversation.Answer found =
          Conversation.parse(Command.script(question, own.mountPoint()).asNobody().output());
      String reading =
          "cd \"$1\"; for f in granted refused masked hidden/inside shown/inside; do"
              + " if cat $f >&2; then echo $f; fi; done 2>/dev/null";
      List<String> read =
          Command.script(reading, own.mountPoint()).asNobody().output().lines().toList();

      List<String> expected = List.of("granted", "shown/inside");
      assertEquals(expected, read);
      assertEquals(expected, found.paths().stream().sorted().toList());
    }
  }

  @Test
  void commandLine_indexesAndSearches() throws Exception {
    try (var own = NativeMount.start()) {
      own.directory("texts/birds");
      own.file(
          "texts/birds/heron.txt", "The heron stands in the shallow river and waits for fish.");
      own.file("texts/volcano.md", "Lava and ash rose from the crater of the volcano all night.");
      own.file("texts/bread.txt", "Knead the dough, let it rise, and bake the bread until brown.");
      Files.write(own.path("texts/picture.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2});
      Path launcher = NativeMount.launcher();

      Command.of(launcher, "index", own.path("texts")).output();

      assertEquals(List.of("vexfs.vector"), Attributes.names(own.path("texts/bread.txt")));
      assertEquals(List.of(), Attributes.names(own.path("texts/picture.png")));
      String found =
          Command.of(launcher, "search", own.mountPoint(), "--text", "a heron in a river", "-k", 1)
              .output();
      assertTrue(found.contains("texts/birds/heron.txt"), found);
      assertFalse(found.contains("volcano"), found);
      String like =
          Command.of(launcher, "search", own.path("texts"), "--like", "volcano.md").output();
      assertTrue(like.contains("bread.txt") && like.contains("birds/heron.txt"), like);
      assertEquals(
          "volcano.md",
          column(Files.readString(own.path("texts/.vexfs/find/ash of the crater")), 2).getFirst());
      assertEquals(
          List.of("heron.txt"),
          column(Files.readString(own.path("texts/birds/.vexfs/find/ash of the crater")), 2));
      Conversation.Answer words =
          Conversation.ask(own.mountPoint(), "{\"text\":\"bake bread\",\"k\":1}");
      assertEquals(List.of("texts/bread.txt"), words.paths());

      Path vector = own.beside("vectors").resolve("bread.npy");
      Files.copy(own.path("texts/.vexfs/vectors/bread.txt.npy"), vector);
      String byVector =
          Command.of(launcher, "search", own.mountPoint(), "--vector", vector, "-k", 1).output();
      assertTrue(byVector.contains("texts/bread.txt"), byVector);
    }
  }

  @Test
  void status_waits_andTellsWhatEachPartTook() throws Exception {
    try (var own = NativeMount.start()) {
      String text =
          Command.of(NativeMount.launcher(), "status", "--wait", "--json", own.mountPoint())
              .output();
      Map<String, Object> status = Json.object(text);
      assertEquals("ready", status.get("state"));
      List<Map<String, Object>> components = Json.objects(status, "components");
      assertEquals(
          List.of("store", "index"), components.stream().map(part -> part.get("name")).toList());
      for (Map<String, Object> component : components) {
        assertEquals("ready", component.get("state"));
        double seconds = Json.decimal(component, "seconds");
        assertTrue(seconds >= 0 && seconds < 30, text);
      }
    }
  }

  @Test
  void commandLine_showsStatusAndUnmounts() throws Exception {
    try (var own = NativeMount.start()) {
      Attributes.attach(own.file("file", "text"), 1, 2);
      String status =
          Command.of(NativeMount.launcher(), "status", "--wait", own.mountPoint()).output();
      assertTrue(status.contains("ready") && status.contains("default"), status);

      Command.of(NativeMount.launcher(), "umount", own.mountPoint()).output();
      own.awaitEnd();
      String refused = Command.of(NativeMount.launcher(), "umount", own.mountPoint()).failure();
      assertTrue(refused.contains(own.mountPoint().toString()), refused);
    }
  }

  @Test
  void help_namesWhatThereIs() throws IOException {
    String help = Files.readString(mount.path(".vexfs/help"));
    for (String name : new String[] {"search", "near", "user.vexfs.vector", "errors"}) {
      assertTrue(help.contains(name), name);
    }
    mount.awaitReady();
  }

  private static Conversation.Answer ask(String query) throws IOException {
    return Conversation.ask(mount.mountPoint(), query);
  }

  private static void place(String name, float x) throws IOException {
    Attributes.attach(mount.file(name, name), x, 0);
  }

  /// One column of a table whose last has all that remains of a line.
  private static List<String> column(String table, int number) {
    return table.lines().map(line -> line.strip().split("\\s+", 3)[number]).toList();
  }
}
