package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.MemoryDirectory;

/// The files of graphs, whatever happens to the disk.
final class GraphFilesTest {
  private static final String FILE = "0000000001.vexgraph";
  private static final StoreOptions OPTIONS = new StoreOptions(8 << 10, 1 << 10);
  private static final long SEED = 21;

  private final MemoryDirectory directory = new MemoryDirectory(64 << 10);
  private final Random random = new Random(SEED);
  private VectorStore store;

  @BeforeEach
  void fill() throws VectorFailure {
    store = open(directory);
    store.put(new TreePath("a"), 1, "default", VectorMatrix.ofVector(1, 2));
    store.put(new TreePath("a"), 1, "other", VectorMatrix.ofVector(1, 2, 3));
    store.sync();
  }

  private static VectorStore open(MemoryDirectory directory) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, OPTIONS)) {
      return unrecovered.recover(_ -> 0).store();
    }
  }

  private static VectorCollection collection(VectorStore store, String name) {
    return store.collection(name).orElseThrow();
  }

  private byte[] image(int bytes) {
    byte[] image = new byte[bytes];
    random.nextBytes(image);
    return image;
  }

  private void write(byte[] image) throws VectorFailure {
    store
        .graphs()
        .write(
            collection(store, "default"),
            sink -> {
              int half = image.length / 2;
              sink.write(MemorySegment.ofArray(image).asSlice(0, half));
              sink.write(MemorySegment.ofArray(image).asSlice(half));
            });
  }

  private static Optional<byte[]> read(VectorStore store, String name) throws VectorFailure {
    Optional<GraphFiles.Image> image = store.graphs().read(collection(store, name));
    Optional<byte[]> bytes =
        image
            .filter(GraphFiles.Image::isWhole)
            .map(found -> found.bytes().toArray(ValueLayout.JAVA_BYTE));
    image.ifPresent(GraphFiles.Image::close);
    return bytes;
  }

  @Test
  void graph_written_isReadByTheNextStore() throws VectorFailure {
    assertTrue(read(store, "default").isEmpty());
    byte[] image = image(5_000);
    write(image);
    store.close();
    store = open(directory);
    assertArrayEquals(image, read(store, "default").orElseThrow());
    assertTrue(read(store, "other").isEmpty());
    store.close();
    assertEquals(0, directory.mappings());
  }

  @Test
  void graph_ofAnotherStoreOrCollection_isNotUsed() throws VectorFailure {
    write(image(100));
    byte[] file = directory.bytes(FILE);
    directory.with("0000000002.vexgraph", file);
    assertTrue(read(store, "other").isEmpty());
    MemoryDirectory elsewhere = new MemoryDirectory(64 << 10);
    VectorStore another = open(elsewhere);
    another.put(new TreePath("a"), 1, "default", VectorMatrix.ofVector(1, 2));
    elsewhere.with(FILE, file);
    assertTrue(read(another, "default").isEmpty());
  }

  @Test
  void graph_damagedAnywhere_isNotUsed() throws VectorFailure {
    write(image(200));
    byte[] file = directory.bytes(FILE);
    for (int at = 0; at < file.length; at++) {
      byte[] flipped = file.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      assertTrue(read(open(directory.afterKill().with(FILE, flipped)), "default").isEmpty());
      byte[] cut = Arrays.copyOf(file, at);
      assertTrue(read(open(directory.afterKill().with(FILE, cut)), "default").isEmpty());
    }
  }

  private static LogMark mark(VectorStore store) throws VectorFailure {
    try (GraphFiles.Image image = store.graphs().read(collection(store, "default")).orElseThrow()) {
      return image.mark();
    }
  }

  private static List<Integer> saidBefore(VectorStore store, LogMark mark) {
    return collection(store, "default").slotsSaidBefore(mark).stream().boxed().toList();
  }

  @Test
  void mark_tellsWhatWasSaidBefore() throws VectorFailure {
    store.put(new TreePath("b"), 2, "default", VectorMatrix.ofVector(3, 4));
    write(image(100));
    LogMark mark = mark(store);
    store.put(new TreePath("c"), 3, "default", VectorMatrix.ofVector(5, 6));
    store.put(new TreePath("a"), 1, "default", VectorMatrix.ofVector(7, 8));
    assertEquals(List.of(), saidBefore(store, mark), "without a checkpoint nothing is known");
    store.close();
    store = open(directory);
    assertEquals(mark, mark(store));
    // a has a new slot, as c does.
    assertEquals(List.of(1), saidBefore(store, mark));
    assertEquals(List.of(), saidBefore(store, LogMark.none()));
    store.put(new TreePath("b"), 2, "default", VectorMatrix.ofVector(9, 9));
    assertEquals(List.of(), saidBefore(store, mark), "b was asked to change");
  }

  @Test
  void mark_ofACollectionWhoseSlotsAreMoved_isErased() throws Exception {
    for (int i = 0; i < 9_000; i++) {
      store.put(new TreePath("f" + i), 10 + i, "default", VectorMatrix.ofVector(i, 1));
    }
    write(image(100));
    assertFalse(mark(store).isNone());
    for (int i = 0; i < 8_900; i++) {
      store.unlinked(new TreePath("f" + i));
    }
    store.upkeep().releaseSlots();
    Upkeep.Compacted _ = store.upkeep().compact(true, Pace.FULL);
    assertTrue(collection(store, "default").slotLimit() < 1_000, "slots were not gathered");
    assertTrue(mark(store).isNone());
    assertTrue(read(store, "default").isPresent(), "the graph itself is what it was");
    write(image(100));
    assertTrue(mark(store).isNone(), "slots are not those of the checkpoint before the next start");
    store.close();
    store = open(directory);
    write(image(100));
    assertFalse(mark(store).isNone());
  }

  @Test
  void graph_whenPowerGoesWhileItIsWritten_isTheOldOneOrTheNew() throws VectorFailure {
    byte[] before = image(3_000);
    byte[] after = image(4_000);
    write(before);
    List<MemoryDirectory> left = new ArrayList<>();
    directory.beforeOperation(() -> {
      for (int i = 0; i < 20; i++) {
        left.add(directory.afterPowerLoss(random));
      }
    });
    write(after);
    directory.beforeOperation(() -> {});
    int old = 0;
    for (MemoryDirectory disk : left) {
      byte[] found = read(open(disk), "default").orElseThrow();
      old += Arrays.equals(before, found) ? 1 : 0;
      assertTrue(Arrays.equals(before, found) || Arrays.equals(after, found), "seed " + SEED);
    }
    assertTrue(old > 20 && old < left.size(), old + " of " + left.size());
    assertArrayEquals(after, read(open(directory.afterPowerLoss(random)), "default").orElseThrow());
  }

  @Test
  void graph_onAFullDisk_leavesTheOldOne() throws VectorFailure {
    byte[] before = image(3_000);
    write(before);
    directory.limitFreeBytes(1_000);
    assertThrows(StoreFull.class, () -> write(image(4_000)));
    assertArrayEquals(before, read(store, "default").orElseThrow());
    directory.limitFreeBytes(Long.MAX_VALUE);
    write(image(4_000));
  }
}
