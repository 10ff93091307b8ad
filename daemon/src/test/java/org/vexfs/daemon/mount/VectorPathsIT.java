package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Vectors go where their files go, whatever is done to names, through the mount and behind it.
@Timeout(180)
final class VectorPathsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final List<Float> ONE = List.of(1f, 0f);
  private static final List<Float> TWO = List.of(2f, 0f);

  private NativeMount mount;

  @BeforeEach
  void start() throws Exception {
    mount = NativeMount.start();
  }

  @AfterEach
  void end() throws Exception {
    mount.close();
  }

  @Test
  void rename_overAnotherFile_bringsItsVectorAndDropsTheOther() throws IOException {
    Path moved = fileWith("moved", ONE);
    Path replaced = fileWith("replaced", TWO);
    Files.move(moved, replaced, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(ONE, Attributes.vector(replaced));
    assertEquals(List.of("replaced"), hits());
    assertEquals(1, entries());

    Path plain = mount.file("plain", "no vector");
    Files.move(plain, replaced, StandardCopyOption.ATOMIC_MOVE);
    Refusal.ENODATA.of(() -> Attributes.vector(replaced));
    assertEquals(0, entries());
  }

  @Test
  void exchange_exchangesVectors() throws IOException {
    Path file = fileWith("file", ONE);
    Path other = fileWith("other", TWO);
    exchange(file, other);
    assertEquals(TWO, Attributes.vector(file));
    assertEquals(ONE, Attributes.vector(other));

    mount.directory("folder");
    Path inside = fileWith("folder/inside", List.of(3f, 0f));
    exchange(file, mount.path("folder"));
    assertEquals(TWO, Attributes.vector(mount.path("folder")));
    assertEquals(List.of(3f, 0f), Attributes.vector(mount.path("file/inside")));
    assertEquals(List.of("file/inside", "folder", "other"), hits());
    assertFalse(Files.exists(inside));
  }

  private static void exchange(Path one, Path other) {
    Command.python(
            """
            import ctypes, os, sys
            libc = ctypes.CDLL(None, use_errno=True)
            one, other = os.fsencode(sys.argv[1]), os.fsencode(sys.argv[2])
            assert libc.renameat2(-100, one, -100, other, 2) == 0, os.strerror(ctypes.get_errno())
            """,
            one,
            other)
        .output();
  }

  @Test
  void fileUnlinkedWhileOpen_losesItsVector_andKeepsItsOtherAttributes() throws IOException {
    Path file = fileWith("file", ONE);
    fileWith("other", TWO);
    Attributes.set(file, "note", "kept");
    String outcome =
        Command.python(
                """
                import errno, os, sys
                file = os.open(sys.argv[1], os.O_RDWR)
                os.unlink(sys.argv[1])
                print(os.listxattr(file), os.getxattr(file, "user.note"), os.write(file, b"more"))
                for call in (lambda: os.getxattr(file, "user.vexfs.vector"),
                             lambda: os.setxattr(file, "user.vexfs.vector", b"[1,2]")):
                    try:
                        print(call())
                    except OSError as failure:
                        print(errno.errorcode[failure.errno])
                """,
                file)
            .output();
    assertEquals("['user.note'] b'kept' 4\nENODATA\nENOENT\n", outcome);
    assertEquals(List.of("other"), hits());
    assertEquals(1, entries());
  }

  @Test
  void hardLinks_shareVectorsAndAttributes() throws IOException {
    Path file = fileWith("file", ONE);
    Path second = Files.createLink(mount.path("second"), file);
    assertEquals(ONE, Attributes.vector(second));
    Attributes.attach(second, 2, 0);
    Attributes.set(second, "note", "by the second");
    assertEquals(TWO, Attributes.vector(file));
    assertEquals(List.of("note", Attributes.VECTOR), Attributes.names(file));
    assertEquals(1, entries());

    Files.delete(file);
    assertEquals(TWO, Attributes.vector(second));
    Files.move(second, mount.path("third"));
    Attributes.remove(mount.path("third"), Attributes.VECTOR);
    assertEquals(List.of("note"), Attributes.names(mount.path("third")));
    assertEquals(0, entries());
  }

  /// The daemon cannot know of a name that it was never asked for.
  @Test
  void vectors_waitForANameThatWasNeverSeen_alsoThroughARestart() throws IOException {
    for (String way : List.of("unlinked", "replaced", "linked-while-open")) {
      Path file = fileWith(way, ONE);
      Files.createDirectories(mount.source().resolve("unseen"));
      Files.createLink(mount.source().resolve("unseen/" + way), mount.source().resolve(way));
      switch (way) {
        case "unlinked" -> Files.delete(file);
        case "replaced" -> Files.move(fileWith("new", TWO), file, StandardCopyOption.ATOMIC_MOVE);
        default -> {
          try (FileChannel _ = FileChannel.open(file, StandardOpenOption.READ)) {
            Files.delete(file);
            assertEquals(List.of(Attributes.VECTOR), Attributes.names(mount.path("unseen/" + way)));
          }
        }
      }
    }
    assertEquals(4, entries());
    assertEquals(List.of("replaced", "unseen/linked-while-open"), hits());

    mount.unmount();
    mount.mount();
    for (String way : List.of("unlinked", "replaced", "linked-while-open")) {
      Deadline.await(
          PATIENCE,
          () -> Attributes.names(mount.path("unseen/" + way)).contains(Attributes.VECTOR),
          () -> way + " has no vector");
      assertEquals(ONE, Attributes.vector(mount.path("unseen/" + way)));
    }
    assertEquals(
        List.of("replaced", "unseen/linked-while-open", "unseen/replaced", "unseen/unlinked"),
        hits());
    assertEquals(4, entries());

    Command.of("rm", "-r", mount.path("unseen")).output();
    assertEquals(List.of("replaced"), hits());
    assertEquals(1, entries());
  }

  @Test
  void directoryRename_costsTheSame_howeverManyVectorsLieBelow() throws IOException {
    mount.directory("few");
    fileWith("few/file", ONE);
    mount.directory("many/inner");
    Command.python(
            """
            import os, struct, sys
            for i in range(10_000):
                name = f"{sys.argv[1]}/{i // 1000}"
                os.makedirs(name, exist_ok=True)
                open(f"{name}/{i}", "w").close()
                os.setxattr(f"{name}/{i}", "user.vexfs.vector", struct.pack("<ff", i, 1))
            """,
            mount.path("many/inner"))
        .within(Duration.ofMinutes(2))
        .output();
    assertEquals(10_001, entries());

    long fewBytes = logBytesOf("few", "few-renamed");
    long manyBytes = logBytesOf("many", "many-renamed");
    assertTrue(manyBytes <= fewBytes + 64, manyBytes + " bytes against " + fewBytes);
    for (int i : new int[] {0, 4711, 9999}) {
      Path file = mount.path("many-renamed/inner/" + i / 1000 + "/" + i);
      assertEquals(List.of((float) i, 1f), Attributes.vector(file));
    }
    assertEquals(
        List.of("inner/4/4711"),
        Conversation.ask(mount.path("many-renamed"), "{\"vector\":[4711,1],\"k\":1}").paths());
  }

  private long logBytesOf(String from, String to) throws IOException {
    long before = Json.number(mount.status(), "log_bytes");
    Files.move(mount.path(from), mount.path(to));
    return Json.number(mount.status(), "log_bytes") - before;
  }

  @Test
  void copiesAndMoves_acrossTheBorder_takeVectorsAlong() throws IOException {
    Path outside = mount.beside("outside");
    mount.directory("tree/inner");
    fileWith("tree/file", ONE);
    fileWith("tree/inner/file", TWO);

    Command.of("cp", "-a", mount.path("tree"), outside.resolve("copy")).output();
    assertEquals(ONE, Attributes.vector(outside.resolve("copy/file")));
    Command.of("cp", "-a", outside.resolve("copy"), mount.path("back")).output();
    assertEquals(TWO, Attributes.vector(mount.path("back/inner/file")));
    assertEquals(4, entries());

    Command.of("mv", mount.path("tree"), outside.resolve("moved")).output();
    assertEquals(2, entries());
    assertEquals(TWO, Attributes.vector(outside.resolve("moved/inner/file")));
    Command.of("mv", outside.resolve("moved"), mount.path("home")).output();
    assertEquals(ONE, Attributes.vector(mount.path("home/file")));
    assertEquals(List.of("back/file", "back/inner/file", "home/file", "home/inner/file"), hits());
  }

  @Test
  void filesRemovedBehindTheMount_areNoHits_andLoseTheirVectors() throws IOException {
    fileWith("stays", ONE);
    fileWith("searched", TWO);
    fileWith("looked-up", TWO);
    Files.delete(mount.source().resolve("searched"));
    assertEquals(List.of("looked-up", "stays"), hits());
    Deadline.await(PATIENCE, () -> entries() == 2, () -> "vectors of what a search missed stay");

    Files.delete(mount.source().resolve("looked-up"));
    Deadline.await(
        PATIENCE,
        () -> !Files.exists(mount.path("looked-up")) && entries() == 1,
        () -> "vectors of what a look-up missed stay");
    assertEquals(ONE, Attributes.vector(mount.path("stays")));
  }

  private Path fileWith(String name, List<Float> vector) throws IOException {
    Path file = mount.file(name, name);
    Attributes.attach(file, vector.get(0), vector.get(1));
    return file;
  }

  /// What a search for everything finds, sorted.
  private List<String> hits() throws IOException {
    String query = "{\"vector\":[0,0],\"k\":100}";
    return Conversation.ask(mount.mountPoint(), query).paths().stream().sorted().toList();
  }

  /// Entries of the collection `default`.
  private long entries() throws IOException {
    for (Map<String, Object> collection : Json.objects(mount.status(), "collections")) {
      if ("default".equals(collection.get("name"))) {
        return Json.number(collection, "entries");
      }
    }
    throw new AssertionError("no collection default in " + mount.status());
  }
}
