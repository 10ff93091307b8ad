package org.vexfs.daemon.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A SOURCE that others change behind the mount, which was told so: what they did is seen by
/// whoever asks next, without waiting for anything to expire.
@Timeout(60)
final class SharedSourceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("--shared-source");
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @Test
  void names_madeMovedAndRemovedInTheSource_areSeenAtOnce() throws IOException {
    for (int i = 0; i < 50; i++) {
      Path inSource = mount.source().resolve("name-" + i);
      Path inMount = mount.path("name-" + i);
      assertFalse(Files.exists(inMount));
      Files.writeString(inSource, "text " + i);
      assertEquals("text " + i, Files.readString(inMount));
      Files.move(inSource, mount.source().resolve("moved-" + i));
      assertFalse(Files.exists(inMount));
      assertEquals("text " + i, Files.readString(mount.path("moved-" + i)));
      Files.writeString(mount.source().resolve("other-" + i), "other " + i);
      Files.move(
          mount.source().resolve("other-" + i),
          mount.source().resolve("moved-" + i),
          StandardCopyOption.ATOMIC_MOVE);
      assertEquals("other " + i, Files.readString(mount.path("moved-" + i)));
      Files.delete(mount.source().resolve("moved-" + i));
      assertFalse(Files.exists(mount.path("moved-" + i)));
    }
  }

  @Test
  void attributes_changedInTheSource_areSeenAtOnce() throws IOException {
    Path inSource = Files.writeString(mount.source().resolve("attributes"), "text");
    Path inMount = mount.path("attributes");
    for (int i = 0; i < 50; i++) {
      assertEquals(4 + i, Files.size(inMount));
      Files.writeString(inSource, "+", StandardOpenOption.APPEND);
      Files.setAttribute(inSource, "unix:uid", 1000 + i);
      assertEquals(1000 + i, Files.getAttribute(inMount, "unix:uid"));
    }
  }

  @Test
  void content_ofTheSameLength_isSeenByReadersThatHaveItOpen() throws IOException {
    Path inSource = Files.writeString(mount.source().resolve("content"), "text 000");
    try (FileChannel open = FileChannel.open(mount.path("content"), StandardOpenOption.READ)) {
      for (int i = 0; i < 50; i++) {
        String text = "text %03d".formatted(i);
        overwrite(inSource, text);
        // The host's clock moves in steps: a change within the same one is not to be told.
        Files.setLastModifiedTime(inSource, FileTime.fromMillis(1_000_000L + i));
        var buffer = ByteBuffer.allocate(8);
        assertEquals(8, open.read(buffer, 0));
        assertEquals(text, new String(buffer.array(), UTF_8));
        assertEquals(text, Files.readString(mount.path("content")));
      }
    }
  }

  /// Copying programs set the modification time back; the host's change time tells all the same.
  @Test
  void content_withItsTimeSetBack_isSeenByMappings_onceTheFileWasLookedAt() throws Exception {
    Path inSource = Files.writeString(mount.source().resolve("mapped"), "text 000");
    FileTime time = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(inSource, time);
    try (FileChannel open = FileChannel.open(mount.path("mapped"), StandardOpenOption.READ)) {
      var mapping = open.map(FileChannel.MapMode.READ_ONLY, 0, 8);
      for (int i = 0; i < 20; i++) {
        String text = "text %03d".formatted(i);
        Object before = Files.getAttribute(mount.path("mapped"), "unix:ctime");
        do {
          overwrite(inSource, text);
          Files.setLastModifiedTime(inSource, time);
        } while (Files.getAttribute(inSource, "unix:ctime").equals(before));
        assertEquals(time, Files.getLastModifiedTime(mount.path("mapped")));
        Deadline.await(
            PATIENCE,
            () -> {
              byte[] seen = new byte[8];
              mapping.get(0, seen);
              return text.equals(new String(seen, UTF_8));
            },
            () -> "the mapping does not show " + text);
      }
    }
  }

  @Test
  void writesThroughTheMount_meetThoseInTheSource() throws IOException {
    Path inSource = Files.writeString(mount.source().resolve("both"), "");
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      Path side = i % 2 == 0 ? inSource : mount.path("both");
      Files.writeString(side, i + "\n", StandardOpenOption.APPEND);
      expected.append(i).append('\n');
      assertEquals(expected.toString(), Files.readString(mount.path("both")));
    }
    assertEquals(expected.toString(), Files.readString(inSource));
  }

  @Test
  void optionOfMount_meansTheSame() throws Exception {
    try (var own = NativeMount.start("-o", "shared_source")) {
      Path inSource = Files.writeString(own.source().resolve("file"), "one");
      assertEquals("one", Files.readString(own.path("file")));
      Files.writeString(inSource, "three");
      assertEquals(5, Files.size(own.path("file")));
      Files.delete(inSource);
      assertTrue(Files.notExists(own.path("file")));
    }
  }

  /// In place, as an editor or a database does it: the inode and the length stay.
  private static void overwrite(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }
}
