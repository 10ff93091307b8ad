package org.vexfs.daemon.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostDirectoryTest {
  private final HostDirectory directory;

  HostDirectoryTest(@TempDir Path path) throws IOException {
    directory = HostDirectory.at(path.resolve("deep/store"));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void file_writtenAndMapped_readsBack() throws IOException {
    try (StorageFile file = directory.create("f");
        Arena arena = Arena.ofConfined()) {
      file.write(bytes("hello"), 0);
      file.extend(100);
      assertEquals(100, file.size());
      MemorySegment mapped = file.map(0, 100, arena);
      file.write(bytes("world"), 50);
      assertEquals('w', mapped.get(ValueLayout.JAVA_BYTE, 50));
      assertThrows(IOException.class, () -> file.map(50, 51, arena));
      file.extend(10);
      assertEquals(100, file.size(), "extending never cuts");
      file.truncate(5);
      file.sync();
    }
    try (StorageFile file = directory.open("f")) {
      ByteBuffer read = ByteBuffer.allocate(10);
      assertEquals(5, file.read(read, 0));
      assertEquals(-1, file.read(read, 5));
    }
  }

  @Test
  void names_createdRenamedDeleted_areListed() throws IOException {
    directory.create("b").close();
    directory.create("a").close();
    assertThrows(IOException.class, () -> directory.create("a"));
    directory.rename("a", "c");
    assertEquals(List.of("b", "c"), directory.list());
    directory.delete("b");
    directory.sync();
    assertEquals(List.of("c"), directory.list());
  }

  @Test
  void replace_whoseWritingFails_leavesTheFileAsItWas() throws IOException {
    directory.create("f.new").close();
    directory.replace("f", "f.new", file -> file.write(bytes("before"), 0));
    assertEquals(List.of("f"), directory.list());
    assertThrows(
        IllegalStateException.class,
        () ->
            directory.replace(
                "f",
                "f.new",
                file -> {
                  file.write(bytes("half"), 0);
                  throw new IllegalStateException("torn");
                }));
    assertEquals(List.of("f"), directory.list());
    assertEquals("before", Files.readString(Path.of(directory.describe(), "f")));
    directory.replace("f", "f.new", file -> file.write(bytes("now"), 0));
    assertEquals("now", Files.readString(Path.of(directory.describe(), "f")));
    directory.deleteIfPresent("f");
    directory.deleteIfPresent("f");
    assertEquals(List.of(), directory.list());
  }

  @Test
  void interruptedThread_finishesItsWork_andStaysInterrupted() throws Exception {
    try (StorageFile file = directory.create("f")) {
      Thread.currentThread().interrupt();
      file.write(bytes("abc"), 0);
      file.sync();
      assertTrue(Thread.interrupted());
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < 20_000; i++) {
                    file.write(bytes("0123456789"), i * 10L);
                  }
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      while (writer.isAlive()) {
        writer.interrupt();
        Thread.onSpinWait();
      }
      writer.join();
      assertEquals(200_000, file.size());
    }
  }

  @Test
  void fullDisk_isToldFromOtherErrors() throws IOException {
    try (StorageFile full = HostDirectory.at(Path.of("/dev")).open("full")) {
      assertThrows(StorageFullException.class, () -> full.write(bytes("x"), 0));
    }
  }

  @Test
  void lock_heldInThisProcess_isRefused_untilReleased() throws IOException {
    Closeable lock = directory.lock("lock");
    StorageBusyException busy =
        assertThrows(StorageBusyException.class, () -> directory.lock("lock"));
    assertTrue(String.valueOf(busy.getMessage()).contains("" + ProcessHandle.current().pid()));
    lock.close();
    directory.lock("lock").close();
  }

  @Test
  void lock_heldByAnotherProcess_isRefusedNamingIt() throws Exception {
    Process other =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of("target", "classes") + ":" + Path.of("target", "test-classes"),
                LockHolder.class.getName(),
                directory.describe())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = other.inputReader()) {
      assertEquals("locked", said.readLine());
      StorageBusyException busy =
          assertThrows(StorageBusyException.class, () -> directory.lock("lock"));
      assertTrue(String.valueOf(busy.getMessage()).contains("process " + other.pid()));
    } finally {
      other.destroyForcibly().waitFor();
    }
    directory.lock("lock").close();
  }

  @Test
  void mappedFile_grownByRegions_keepsSpansWhole() throws IOException {
    try (MappedFile file = MappedFile.of(directory.create("f"), 0, 64)) {
      long position = 0;
      for (int length : new int[] {10, 60, 5, 500, 1}) {
        MemorySegment region = file.regionFor(position, length);
        long start = position - file.regionStart();
        file.write(ByteBuffer.allocate(length).put(0, (byte) length), position);
        assertEquals((byte) length, region.get(ValueLayout.JAVA_BYTE, start));
        assertEquals(length, region.asSlice(start, length).byteSize());
        position += length;
      }
      file.finish(position);
      assertEquals(position, Files.size(Path.of(directory.describe(), "f")));
    }
  }
}
