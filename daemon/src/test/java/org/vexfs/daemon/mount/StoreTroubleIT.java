package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a store in trouble does to a mount: as little as it can.
@Timeout(120)
final class StoreTroubleIT {
  private static final int DIMENSION = 4096;

  /// More vectors of [#DIMENSION] values than the small disk has room for.
  private static final int TOO_MANY = 200;

  @Test
  void fullStoreDisk_refusesVectors_andFilesAndSearchesGoOn() throws Exception {
    try (var mount = NativeMount.prepare()) {
      Path store = Files.createDirectory(mount.source().resolve(".vexfs"));
      Command.of("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "small", store).output();
      try {
        Path ballast = store.resolve("ballast");
        Files.write(ballast, new byte[256 << 10]);
        mount.mount();

        int attached = attachUntilFull(mount);
        assertTrue(attached > 10 && attached < TOO_MANY, attached + " vectors fitted");
        assertEquals("ENOSPC", mount.errors().getLast().get("errno"));

        mount.file("after", "files go on");
        assertEquals("files go on", Files.readString(mount.path("after")));
        assertEquals(attached, hits(mount));

        Files.delete(ballast);
        attach(mount, attached);
        assertEquals(attached + 1, hits(mount));
      } finally {
        mount.unmount();
        Command.of("umount", store).output();
      }
    }
  }

  private static int attachUntilFull(NativeMount mount) throws IOException {
    for (int i = 0; i < TOO_MANY; i++) {
      try {
        attach(mount, i);
      } catch (IOException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e::toString);
        return i;
      }
    }
    return TOO_MANY;
  }

  private static void attach(NativeMount mount, int number) throws IOException {
    float[] vector = new float[DIMENSION];
    vector[number] = 1;
    Attributes.attach(mount.file("file" + number, "text"), vector);
  }

  private static int hits(NativeMount mount) throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      return search.ask("{\"like\":\"file0\",\"k\":1000}").paths().size() + 1;
    }
  }

  @Test
  void errorOfTheStoreDisk_turnsTheStoreReadOnly_andFilesGoOn() throws Exception {
    try (var mount = NativeMount.start()) {
      Path file = mount.file("file", "text");
      Attributes.attach(file, 1, 2);
      String daemon = mount.daemons().getFirst().toString();

      // A limit of file sizes makes the daemon's next write fail, with an error that is not a full
      // disk's.
      Command.of("prlimit", "--pid", daemon, "--fsize=1:").output();
      Refusal.EIO.of(() -> Attributes.attach(file, 3, 4));
      Command.of("prlimit", "--pid", daemon, "--fsize=unlimited:").output();

      Refusal.EROFS.of(() -> Attributes.attach(file, 3, 4));
      assertTrue(Json.text(mount.status(), "read_only_cause").contains("File too large"));
      assertEquals(List.of(1f, 2f), Attributes.vector(file));
      mount.file("after", "files go on");
      assertEquals("files go on", Files.readString(mount.path("after")));
    }
  }

  @Test
  void storeDiskTurnedReadOnly_refusesVectors_andIsSoundOnceItIsMountedAgain() throws Exception {
    try (var mount = NativeMount.prepare()) {
      Path store = Files.createDirectory(mount.source().resolve(".vexfs"));
      Path image = mount.beside("disk").resolve("image");
      Command.of("truncate", "--size", "8M", image).output();
      Command.of("mkfs.ext4", "-q", "-F", image).output();
      Command.of("mount", "-o", "loop", image, store).output();
      try {
        mount.mount();
        Path file = mount.file("file", "text");
        Attributes.attach(file, 1, 2);
        Command.of("sync", file).output();
        // What ext4 does of itself after an error.
        Command.of("mount", "-o", "remount,abort", store).output();
        assertRefused(mount, file, Refusal.EIO);
        mount.unmount();
        Command.of("umount", store).output();
        Command.of("sh", "-c", "e2fsck -p " + image + " || test $? = 1").output();
        Command.of("mount", "-o", "loop", image, store).output();
        mount.mount();
        assertEquals(List.of(1f, 2f), Attributes.vector(file));
        Attributes.attach(file, 3, 4);
        assertEquals(List.of(3f, 4f), Attributes.vector(file));
      } finally {
        unmountBoth(mount, store);
      }
    }
  }

  private static void unmountBoth(NativeMount mount, Path store) throws IOException {
    if (mount.isMounted()) {
      mount.unmount();
    }
    Command.Result _ = Command.of("umount", store).run();
  }

  /// Vectors are refused, first for this reason; everything else goes on.
  private static void assertRefused(NativeMount mount, Path file, Refusal reason)
      throws IOException {
    reason.of(() -> Attributes.attach(file, 3, 4));
    Refusal.EROFS.of(() -> Attributes.attach(file, 3, 4));
    assertFalse(Json.text(mount.status(), "read_only_cause").isEmpty());
    assertEquals(List.of(1f, 2f), Attributes.vector(file));
    String after = "after " + reason;
    assertEquals(after, Files.readString(mount.file("after", after)));
    assertEquals(
        List.of("file"),
        Conversation.ask(mount.mountPoint(), "{\"vector\":[1,2],\"k\":1}").paths());
  }

  @Test
  void storeMovedAway_refusesVectorsUntilItIsBack() throws Exception {
    try (var mount = NativeMount.start()) {
      Path file = mount.file("file", "text");
      Attributes.attach(file, 1, 2);
      Path store = mount.source().resolve(".vexfs");
      Path elsewhere = mount.beside("elsewhere").resolve("store");
      Files.move(store, elsewhere);
      awaitRefusal(mount);
      assertRefused(mount, file, Refusal.EROFS);
      Files.move(elsewhere, store);
      Attributes.attach(file, 5, 6);
      assertEquals(null, mount.status().get("read_only_cause"));
      mount.kill();
      mount.mount();
      assertEquals(List.of(5f, 6f), Attributes.vector(mount.path("file")));
    }
  }

  @Test
  void storeRemoved_refusesVectors_andANewOneBeginsWhenItIsMountedAgain() throws Exception {
    try (var mount = NativeMount.start()) {
      Path file = mount.file("file", "text");
      Attributes.attach(file, 1, 2);
      Command.of("rm", "-r", mount.source().resolve(".vexfs")).output();
      awaitRefusal(mount);
      assertRefused(mount, file, Refusal.EROFS);
      mount.unmount();
      mount.mount();
      assertEquals("text", Files.readString(file));
      assertEquals(List.of(), Attributes.names(file));
      Attributes.attach(file, 3, 4);
      assertEquals(List.of(3f, 4f), Attributes.vector(file));
    }
  }

  @Test
  void storeDiskUnmountedLazily_refusesVectorsUntilItIsBack() throws Exception {
    try (var mount = NativeMount.prepare()) {
      Path store = Files.createDirectory(mount.source().resolve(".vexfs"));
      Path disk = mount.beside("disk");
      Command.of("mount", "-t", "tmpfs", "-o", "size=4m", "disk", disk).output();
      Command.of("mount", "--bind", disk, store).output();
      try {
        mount.mount();
        Path file = mount.file("file", "text");
        Attributes.attach(file, 1, 2);
        Command.of("umount", "-l", store).output();
        awaitRefusal(mount);
        assertRefused(mount, file, Refusal.EROFS);
        Command.of("mount", "--bind", disk, store).output();
        Attributes.attach(file, 5, 6);
        assertEquals(List.of(5f, 6f), Attributes.vector(file));
      } finally {
        unmountBoth(mount, store);
        Command.of("umount", disk).output();
      }
    }
  }

  /// The store looks after its files every now and then.
  private static void awaitRefusal(NativeMount mount) throws IOException {
    Deadline.await(
        Duration.ofSeconds(20),
        () -> mount.status().get("read_only_cause") != null,
        () -> "nobody noticed that the store is gone");
  }

  /// What a record that was being written when the power went may look like.
  @Test
  void tornTail_isCutOff_andSaidSo() throws Exception {
    try (var mount = NativeMount.start()) {
      Attributes.attach(mount.file("whole", "text"), 1, 2);
      mount.kill();
      Path log = mount.source().resolve(".vexfs/0000000001.vexlog");
      mount.mount();
      Attributes.attach(mount.file("torn", "text"), 3, 4);
      mount.kill();
      byte[] bytes = Files.readAllBytes(log);
      int last = bytes.length - 1;
      while (bytes[last] == 0) {
        last--;
      }
      bytes[last] ^= 1;
      Files.write(log, bytes);

      mount.mount();
      assertEquals(List.of(1f, 2f), Attributes.vector(mount.path("whole")));
      Refusal.ENODATA.of(() -> Attributes.vector(mount.path("torn")));
      String said = Files.readString(mount.source().resolve(".vexfs/vexfs.log"));
      assertTrue(said.contains("torn") || said.contains("cut off"), said);
      Attributes.attach(mount.path("torn"), 3, 4);
      assertEquals(List.of(3f, 4f), Attributes.vector(mount.path("torn")));
    }
  }

  @Test
  void storeOfANewerVersion_isRefusedWithBothVersions() throws Exception {
    try (var mount = NativeMount.start()) {
      Attributes.attach(mount.file("file", "text"), 1, 2);
      mount.unmount();
      raiseVersion(mount.source().resolve(".vexfs/0000000001.vexlog"));

      String refusal =
          Command.of(NativeMount.launcher(), "mount", mount.source(), mount.mountPoint()).failure();
      assertTrue(refusal.contains("4.1") && refusal.contains("3.1"), refusal);
      assertFalse(mount.isMounted());
    }
  }

  /// Makes a sound segment header of the next major version; see FORMAT.md.
  private static void raiseVersion(Path segment) throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(3, header.getShort(8));
    header.putShort(8, (short) 4);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, 60);
    header.putInt(60, (int) checksum.getValue());
    Files.write(segment, bytes);
  }

  @Test
  void damagedVector_isAnErrorOfItsFileAlone() throws Exception {
    try (var mount = NativeMount.start()) {
      Attributes.attach(mount.file("file", "text"), 1, 2);
      Attributes.attach(mount.file("other", "text"), 3, 4);
      mount.unmount();
      Path segment = mount.source().resolve(".vexfs/0000000001.vexlog");
      byte[] bytes = Files.readAllBytes(segment);
      byte[] values =
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(3).putFloat(4).array();
      int at = 0;
      while (!Arrays.equals(values, Arrays.copyOfRange(bytes, at, at + values.length))) {
        at++;
      }
      bytes[at + 1] ^= 1;
      Files.write(segment, bytes);

      assertEquals(4, Command.of(NativeMount.launcher(), "fsck", mount.source()).run().exitCode());
      mount.mount();
      assertEquals(List.of(1f, 2f), Attributes.vector(mount.path("file")));
      Refusal.EIO.of(() -> Attributes.vector(mount.path("other")));
      Map<String, Object> error = mount.errors().getLast();
      assertTrue(Json.text(error, "cause").contains("0000000001.vexlog"), error::toString);
      Attributes.attach(mount.path("other"), 5, 6);
      assertEquals(List.of(5f, 6f), Attributes.vector(mount.path("other")));
    }
  }

  @Test
  void damagedLog_withoutACheckpoint_isSaidSo_andFilesGoOn() throws Exception {
    try (var mount = NativeMount.start()) {
      Attributes.attach(mount.file("file", "text"), 1, 2);
      Attributes.attach(mount.file("other", "text"), 3, 4);
      mount.unmount();
      Path segment = mount.source().resolve(".vexfs/0000000001.vexlog");
      byte[] bytes = Files.readAllBytes(segment);
      bytes[100] ^= 1;
      Files.write(segment, bytes);
      Files.delete(mount.source().resolve(".vexfs/0000000001.vexcheck"));

      mount.mount();
      assertEquals("text", Files.readString(mount.path("file")));
      Refusal.EIO.of(() -> Attributes.vector(mount.path("file")));
      assertEquals("failed", mount.status().get("state"));
      Map<String, Object> error = mount.errors().getLast();
      assertEquals("EIO", error.get("errno"));
      assertTrue(Json.text(error, "cause").contains("0000000001.vexlog"), error::toString);
      Map<String, Object> store = Json.objects(mount.status(), "components").getFirst();
      assertEquals("failed", store.get("state"));
      assertTrue(Json.text(store, "cause").contains("0000000001.vexlog"), store::toString);
      assertEquals(1, Json.number(store, "attempts"));
      assertTrue(Json.number(store, "retry_in_seconds") <= 30, store::toString);
      Command.Result status =
          Command.of(NativeMount.launcher(), "status", "--wait", mount.mountPoint()).run();
      assertEquals(1, status.exitCode());
      assertTrue(status.output().contains("0000000001.vexlog"), status::output);
    }
  }
}
