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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Compaction and checking as a user asks for them.
@Timeout(120)
final class StoreUpkeepIT {
  private static final int FILES = 300;
  private static final int DIMENSION = 256;

  @Test
  void compact_afterMostWasDeleted_givesTheSpaceBack_andSearchesAreRight() throws Exception {
    try (var mount = NativeMount.start()) {
      for (int i = 0; i < FILES; i++) {
        Attributes.attach(mount.file("file" + i, "text"), vector(i));
      }
      for (int i = 0; i < FILES; i++) {
        if (i % 10 != 0) {
          Files.delete(mount.path("file" + i));
        }
      }
      long before = Json.number(mount.status(), "log_bytes");
      String said = Command.of(NativeMount.launcher(), "compact", mount.mountPoint()).output();
      assertTrue(said.contains("emptied 1 segments"), said);
      long after = Json.number(mount.status(), "log_bytes");
      assertTrue(after * 5 < before, after + " of " + before);
      String query = "{\"like\":\"file20\",\"k\":2}";
      assertEquals(
          List.of("file10", "file30"),
          Conversation.ask(mount.mountPoint(), query).paths().stream().sorted().toList());
      mount.killAndMount();
      assertEquals(
          List.of("file10", "file30"),
          Conversation.ask(mount.mountPoint(), query).paths().stream().sorted().toList());
    }
  }

  /// On a line, in the order of their numbers.
  private static float[] vector(int number) {
    float[] vector = new float[DIMENSION];
    vector[0] = number;
    vector[1] = 1;
    return vector;
  }

  @Test
  void fsck_says_repairs_andIsCleanThen() throws Exception {
    try (var mount = NativeMount.start()) {
      Attributes.attach(mount.file("file", "text"), 1, 2);
      Attributes.attach(mount.file("gone", "text"), 3, 4);
      assertEquals(8, fsck(mount).exitCode(), "a mounted store cannot be checked");
      mount.unmount();
      assertEquals(0, fsck(mount).exitCode());

      Files.delete(mount.source().resolve("gone"));
      Path checkpoint = checkpoint(mount);
      byte[] bytes = Files.readAllBytes(checkpoint);
      bytes[bytes.length - 1] ^= 1;
      Files.write(checkpoint, bytes);
      Command.Result found = fsck(mount);
      assertEquals(4, found.exitCode());
      assertTrue(found.output().contains("gone has vectors"), found.output());
      assertTrue(found.output().contains("no sound checkpoint"), found.output());

      assertEquals(1, fsck(mount, "--repair").exitCode());
      assertEquals(0, fsck(mount).exitCode());
      assertEquals(16, Command.of(NativeMount.launcher(), "fsck").run().exitCode());
      mount.mount();
      assertEquals(List.of(1f, 2f), Attributes.vector(mount.path("file")));
    }
  }

  private static Command.Result fsck(NativeMount mount, String... options) {
    return Command.of(
            Stream.concat(
                    Stream.of(NativeMount.launcher(), "fsck", mount.source()), Stream.of(options))
                .toArray())
        .run();
  }

  private static Path checkpoint(NativeMount mount) throws IOException {
    try (Stream<Path> files = Files.list(mount.source().resolve(".vexfs"))) {
      return files
          .filter(file -> file.toString().endsWith(".vexcheck"))
          .sorted()
          .toList()
          .getLast();
    }
  }

  @Test
  void stats_tellWhatAStartWouldReplay() throws Exception {
    try (var mount = NativeMount.start()) {
      Attributes.attach(mount.file("file", "text"), 1, 2);
      Map<String, Object> before = stats(mount);
      assertEquals(0, Json.number(before, "checkpoint_number"));
      assertEquals(0, Json.decimal(before, "checkpoint_time_seconds"));
      assertTrue(Json.number(before, "replay_bytes") > 2 * Float.BYTES);
      mount.unmount();
      mount.mount();
      mount.awaitReady();
      Map<String, Object> after = stats(mount);
      assertEquals(1, Json.number(after, "checkpoint_number"));
      assertEquals(0, Json.number(after, "replay_bytes"));
      double now = Json.decimal(after, "checkpoint_time_seconds");
      double written = Files.getLastModifiedTime(checkpoint(mount)).toMillis() / 1e3;
      assertEquals(written, now);
    }
  }

  @Test
  void durabilityAlways_flushesOnceForManyLinesOfAnImport() throws Exception {
    try (var mount = NativeMount.start("--durability=always")) {
      Attributes.attach(mount.file("first", "text"), 1, 2);
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < FILES; i++) {
        lines.append("{\"path\":\"f%d\",\"vector\":[%d,1]}%n".formatted(i, i));
        mount.file("f" + i, "");
      }
      byte[] all = lines.toString().getBytes(StandardCharsets.UTF_8);
      long before = Json.number(stats(mount), "log_flushes");
      try (FileChannel channel =
          FileChannel.open(mount.path(".vexfs/import"), StandardOpenOption.WRITE)) {
        assertEquals(all.length, channel.write(ByteBuffer.wrap(all)));
        assertEquals(1, Json.number(stats(mount), "log_flushes") - before);
      }
      assertEquals(FILES + 1, Json.number(stats(mount), "entries"));
      Attributes.attach(mount.path("first"), 2, 1);
      assertEquals(2, Json.number(stats(mount), "log_flushes") - before);
    }
  }

  private static Map<String, Object> stats(NativeMount mount) throws IOException {
    return Json.object(Files.readString(mount.path(".vexfs/stats")));
  }

  @Test
  void durabilityAlways_isTaken() throws Exception {
    try (var mount = NativeMount.prepare("--durability=always")) {
      mount.mount();
      Attributes.attach(mount.file("file", "text"), 1, 2);
      assertEquals(List.of(1f, 2f), Attributes.vector(mount.path("file")));
    }
  }
}
