package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What becomes of vectors when SOURCE is changed while it is not mounted, or behind the mount, or
/// is out of reach in part.
@Timeout(300)
final class ChangedSourceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
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
  void filesMovedWhileUnmounted_haveTheirVectors_whereverTheyAreLookedUp() throws IOException {
    fileWith("file", ONE);
    mount.directory("folder/inner");
    fileWith("folder/inner/file", TWO);
    mount.unmount();
    move("file", "renamed");
    move("folder", "elsewhere");
    mount.mount();

    assertEquals(ONE, Attributes.vector(mount.path("renamed")));
    byte[] npy = Files.readAllBytes(mount.path(".vexfs/vectors/elsewhere/inner/file.npy"));
    assertArrayEquals(Forms.npy("<f4", "(2,)", Forms.raw(2, 0)), npy);
    assertEquals(List.of("elsewhere/inner/file", "renamed"), hits());
    mount.killAndMount();
    assertEquals(List.of("elsewhere/inner/file", "renamed"), hits());
  }

  @Test
  void filesMovedBehindTheMount_areFoundBySearchesAlone() throws IOException {
    fileWith("file", ONE);
    mount.directory("folder");
    fileWith("folder/file", TWO);
    fileWith("stays", ONE);
    move("file", "renamed");
    move("folder", "elsewhere");
    Deadline.await(
        PATIENCE,
        () -> hits().equals(List.of("elsewhere/file", "renamed", "stays")),
        () -> "the moved files are no hits");
    assertEquals(3, entries());
  }

  @Test
  void filesThatChangedPlaces_haveTheirOwnVectors() throws IOException {
    fileWith("a", ONE);
    fileWith("b", TWO);
    mount.unmount();
    move("a", "c");
    move("b", "a");
    move("c", "b");
    mount.mount();
    assertEquals(TWO, Attributes.vector(mount.path("a")));
    assertEquals(ONE, Attributes.vector(mount.path("b")));
    assertEquals(List.of("a", "b"), hits());
  }

  @Test
  void fileReplacedBehindTheMount_keepsTheVectorsOfItsName() throws IOException {
    fileWith("file", ONE);
    mount.unmount();
    Files.writeString(mount.source().resolve("file.new"), "saved by renaming");
    move("file.new", "file");
    mount.mount();
    assertEquals(ONE, Attributes.vector(mount.path("file")));
    Attributes.attach(mount.path("file"), 2, 0);
    assertEquals(TWO, Attributes.vector(mount.path("file")));
    assertEquals(1, entries());
  }

  @Test
  void newFile_underTheNameOfOneThatIsGone_hasNoVectors() throws IOException {
    fileWith("file", ONE);
    mount.unmount();
    move("file", "moved");
    mount.mount();
    mount.file("file", "another");
    assertEquals(List.of(), Attributes.names(mount.path("file")));
    assertEquals(ONE, Attributes.vector(mount.path("moved")));
    assertEquals(List.of("moved"), hits());
  }

  @Test
  void diskThatIsNotMounted_losesNoVectors() throws IOException {
    mount.unmount();
    Path disk = mount.beside("disk");
    Path place = Files.createDirectories(mount.source().resolve("disk"));
    Command.of("mount", "--bind", disk, place).output();
    mount.mount();
    mount.directory("disk/deep");
    fileWith("disk/top", ONE);
    fileWith("disk/deep/file", TWO);
    fileWith("stays", ONE);
    mount.unmount();
    Command.of("umount", place).output();

    mount.mount();
    assertEquals(List.of("stays"), hits());
    assertTrue(!Files.exists(mount.path("disk/top")));
    awaitKept("disk/top");
    awaitKept("disk/deep/file");
    assertEquals(3, entries());
    Files.delete(mount.path("disk"));
    mount.directory("disk");
    mount.unmount();

    Command.of("mount", "--bind", disk, place).output();
    mount.mount();
    Deadline.await(
        PATIENCE,
        () -> hits().equals(List.of("disk/deep/file", "disk/top", "stays")),
        () -> "the files of the disk are no hits");
    assertEquals(ONE, Attributes.vector(mount.path("disk/top")));
    assertEquals(TWO, Attributes.vector(mount.path("disk/deep/file")));
    mount.unmount();
    Command.of("umount", place).output();
  }

  @Test
  void readOnlyMount_leavesTheStoreAsItIs() throws IOException {
    fileWith("gone", ONE);
    fileWith("moved", TWO);
    fileWith("stays", ONE);
    mount.unmount();
    Files.delete(mount.source().resolve("gone"));
    move("moved", "renamed");
    byte[] before = Files.readAllBytes(log());
    Command.of(NativeMount.launcher(), "mount", mount.source(), mount.mountPoint(), "-o", "ro")
        .output();
    assertEquals(TWO, Attributes.vector(mount.path("renamed")));
    String near = Files.readString(mount.path(".vexfs/near/stays"));
    assertTrue(!near.contains("gone"), near);
    awaitKept("gone");
    assertEquals(3, entries());
    assertEquals(before.length, Json.number(mount.status(), "log_bytes"));
  }

  @Test
  void fsck_findsMovedFiles_andLetsTheirVectorsFollow() throws IOException {
    fileWith("moved", ONE);
    fileWith("gone", TWO);
    fileWith("stays", TWO);
    mount.unmount();
    move("moved", "renamed");
    Files.delete(mount.source().resolve("gone"));

    Command.Result found = fsck();
    assertEquals(4, found.exitCode(), found.output());
    assertTrue(found.output().contains("the file is now renamed"), found.output());
    assertTrue(found.output().contains("gone has vectors"), found.output());
    assertEquals(1, fsck("--repair").exitCode());
    assertEquals(0, fsck().exitCode());
    mount.mount();
    assertEquals(List.of("renamed", "stays"), hits());
    assertEquals(2, entries());
  }

  private Command.Result fsck(String... options) {
    return Command.of(
            Stream.concat(
                    Stream.of(NativeMount.launcher(), "fsck", mount.source()), Stream.of(options))
                .toArray())
        .run();
  }

  private void move(String from, String to) throws IOException {
    Files.move(
        mount.source().resolve(from), mount.source().resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path log() {
    return mount.source().resolve(".vexfs/0000000001.vexlog");
  }

  /// Returns once the daemon has looked for a file and decided to keep its vectors.
  private void awaitKept(String name) throws IOException {
    Path log = mount.source().resolve(".vexfs/vexfs.log");
    Deadline.await(
        PATIENCE,
        () -> Files.readString(log).contains(name + " is gone"),
        () -> "nothing is said about " + name);
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
    return Json.objects(mount.status(), "collections").stream()
        .filter(collection -> "default".equals(collection.get("name")))
        .mapToLong(collection -> Json.number(collection, "entries"))
        .sum();
  }
}
