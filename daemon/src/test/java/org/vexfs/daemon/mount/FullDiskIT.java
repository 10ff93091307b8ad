package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A store on a small disk of its own, an ext4 in a loop device, that is full to the last block.
@Timeout(300)
final class FullDiskIT {
  private static final int DIMENSION = 2048;
  private static final String DISK_SIZE = "6M";
  private static final int RESERVE_BYTES = 1 << 20;

  /// More vectors than the disk has room for.
  private static final int TOO_MANY = 2_000;

  private NativeMount mount;
  private Path store;

  /// A quarter of the disk.
  private static final int FEW = 200;

  /// What was acknowledged: the first value of each file's vector.
  private final Map<Integer, Float> acknowledged = new TreeMap<>();

  @BeforeEach
  void start() throws Exception {
    mount = NativeMount.prepare();
    store = Files.createDirectory(mount.source().resolve(".vexfs"));
    Path image = mount.beside("disk").resolve("image");
    Command.of("truncate", "--size", DISK_SIZE, image).output();
    Command.of("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", image).output();
    Command.Result mounted = Command.of("mount", "-o", "loop", image, store).run();
    assertEquals(0, mounted.exitCode(), "this test needs a loop device: " + mounted.output());
    // The room that deleting it gives back.
    Files.write(store.resolve("reserve"), new byte[RESERVE_BYTES]);
    mount.mount();
  }

  @AfterEach
  void end() throws Exception {
    if (mount.isMounted()) {
      mount.unmount();
    }
    Command.of("umount", store).output();
    mount.close();
  }

  @Test
  void fullDisk_refusesVectors_andEverythingElseGoesOn() throws IOException {
    attachUntilFull();
    fill();
    Refusal.ENOSPC.of(() -> attach(TOO_MANY, 1));
    assertEquals("ENOSPC", mount.errors().getLast().get("errno"));
    assertAllThere();
    assertEquals("text", Files.readString(mount.file("another", "text")));
    Files.delete(mount.path("file0"));
    acknowledged.remove(0);
    assertAllThere();
    // The store cannot be told, so searches leave the file out until there is room.
    Path moved = mount.path("file" + (TOO_MANY + 1));
    Files.move(mount.path("file2"), moved);
    assertEquals(2f, Attributes.vector(moved).getFirst());
    acknowledged.remove(2);
    acknowledged.put(TOO_MANY + 1, 2f);

    free();
    attach(TOO_MANY, 7);
    assertAllThere();
    mount.killAndMount();
    assertAllThere();
  }

  @Test
  void compaction_onAFullDisk_losesNothing_andWorksOnceThereIsRoom() throws IOException {
    for (int i = 0; i < FEW; i++) {
      attach(i, i);
    }
    for (int i = 0; i < FEW; i += 2) {
      Files.delete(mount.path("file" + i));
      acknowledged.remove(i);
    }
    fill();
    Command.Result full = Command.of(NativeMount.launcher(), "compact", mount.mountPoint()).run();
    assertEquals(1, full.exitCode(), full.output());
    assertTrue(full.output().contains("no space left"), full.output());
    assertAllThere();

    free();
    long before = Json.number(mount.status(), "log_bytes");
    Command.of(NativeMount.launcher(), "compact", mount.mountPoint()).output();
    assertTrue(Json.number(mount.status(), "log_bytes") < before, "compaction freed nothing");
    assertAllThere();
    attach(TOO_MANY, 7);
    mount.killAndMount();
    assertAllThere();
  }

  @Test
  void checkpoint_onAFullDisk_isDoneWithout() throws IOException {
    attachUntilFull();
    fill();
    mount.unmount();
    mount.mount();
    assertAllThere();
    mount.unmount();
    free();
    assertEquals(0, Command.of(NativeMount.launcher(), "fsck", mount.source()).run().exitCode());
    mount.mount();
    attach(TOO_MANY, 7);
    assertAllThere();
  }

  private void attachUntilFull() throws IOException {
    for (int i = 0; i < TOO_MANY; i++) {
      try {
        attach(i, i);
      } catch (IOException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e::toString);
        assertTrue(i > 100, i + " vectors fitted");
        return;
      }
    }
    throw new AssertionError("the disk took everything");
  }

  private void attach(int number, float value) throws IOException {
    float[] vector = new float[DIMENSION];
    vector[0] = value;
    vector[1] = 1;
    Attributes.attach(mount.file("file" + number, "text"), vector);
    acknowledged.put(number, value);
  }

  /// Takes what is left of the disk, byte by byte in the end.
  private void fill() throws IOException {
    for (int size = 64 << 10; size > 0; size /= 8) {
      try (OutputStream out =
          Files.newOutputStream(
              store.resolve("ballast"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        byte[] block = new byte[size];
        while (true) {
          out.write(block);
        }
      } catch (IOException full) {
        assertTrue(String.valueOf(full.getMessage()).contains("No space left"), full::toString);
      }
    }
  }

  private void free() throws IOException {
    Files.deleteIfExists(store.resolve("ballast"));
    Files.delete(store.resolve("reserve"));
  }

  private void assertAllThere() throws IOException {
    for (Map.Entry<Integer, Float> each : acknowledged.entrySet()) {
      Path file = mount.path("file" + each.getKey());
      assertEquals(each.getValue(), Attributes.vector(file).getFirst(), file.toString());
    }
    String query = "{\"like\":\"file1\",\"k\":%d,\"exact\":true}".formatted(2 * TOO_MANY);
    try (Conversation search = new Conversation(mount.mountPoint())) {
      assertEquals(acknowledged.size() - 1, search.ask(query).paths().size());
    }
  }
}
