package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.store.StoreModel.assertMentions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.MemoryDirectory;

/// What compaction gives back, and what it must not take away.
final class CompactionTest {
  private static final StoreOptions OPTIONS = new StoreOptions(8 << 10, 1 << 10);
  private static final int CAPACITY_BYTES = 64 << 10;
  private static final int FILES = 200;

  private final MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
  private final VectorStore store = filled();

  private VectorStore filled() {
    try {
      VectorStore opened = open(directory);
      for (int i = 0; i < FILES; i++) {
        opened.put(path(i), 100 + i, "default", vector(i));
      }
      return opened;
    } catch (VectorFailure e) {
      throw new AssertionError(e);
    }
  }

  private static VectorStore open(MemoryDirectory directory) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, OPTIONS)) {
      return unrecovered.recover(_ -> 0).store();
    }
  }

  private static TreePath path(int i) {
    return new TreePath("d" + i % 5 + "/f" + i);
  }

  private static VectorMatrix vector(int i) {
    float[] values = new float[24];
    values[0] = i;
    values[23] = -i;
    return VectorMatrix.ofVector(values);
  }

  /// Leaves every tenth.
  private void deleteMost() throws VectorFailure {
    for (int i = 0; i < FILES; i++) {
      if (i % 10 != 0) {
        store.unlinked(path(i));
      }
    }
  }

  private long storedBytes() {
    return directory.list().stream().mapToLong(name -> directory.bytes(name).length).sum();
  }

  @Test
  void compaction_afterMostWasDeleted_givesTheSpaceBack() throws Exception {
    long before = storedBytes();
    deleteMost();
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    Upkeep.Compacted done = store.upkeep().compact(true, Pace.FULL);
    assertTrue(done.segments() > 3 && done.freedBytes() > before / 2, done.toString());
    assertTrue(storedBytes() <= before / 5, storedBytes() + " of " + before);
    assertEquals(expected, StoreModel.actual(store));
    assertEquals(expected, StoreModel.actual(open(directory.afterKill())));
    assertEquals(0, store.upkeep().compact(true, Pace.FULL).segments(), "nothing is left to do");
  }

  @Test
  void compaction_keepsSlots_andFreesDeadOnes() throws Exception {
    VectorCollection collection = store.collection("default").orElseThrow();
    deleteMost();
    store.upkeep().compact(true, Pace.FULL);
    assertEquals(FILES - 9, collection.slotLimit());
    for (int slot = 0; slot < FILES; slot++) {
      assertEquals(slot % 10 == 0, collection.isLive(slot));
    }
    assertEquals(List.of(path(10)), store.paths(collection.owner(10)));
    assertThrows(IndexOutOfBoundsException.class, () -> collection.owner(11));
    assertEquals(FILES * 9 / 10 - 9, collection.freeSlots());
  }

  @Test
  void slots_freed_areGivenToOthers() throws Exception {
    VectorCollection collection = store.collection("default").orElseThrow();
    deleteMost();
    store.upkeep().releaseSlots();
    int limit = collection.slotLimit();
    int free = collection.freeSlots();
    store.put(path(3), 103, "default", new VectorMatrix(9, 24, rows(9)));
    assertEquals(new SlotRange(1, 9), slotsOf(3), "the lowest that are enough");
    store.put(path(2), 102, "default", new VectorMatrix(10, 24, rows(10)));
    assertEquals(new SlotRange(limit, 10), slotsOf(2), "nowhere are ten");
    for (int i = 0; i < free - 9; i++) {
      store.put(new TreePath("new" + i), 500 + i, "default", vector(i));
    }
    assertEquals(limit + 10, collection.slotLimit());
    assertEquals(0, collection.freeSlots());
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    assertEquals(expected, StoreModel.actual(open(directory.afterKill())));
    store.close();
    assertEquals(expected, StoreModel.actual(open(directory)));
  }

  private static float[] rows(int rows) {
    float[] values = new float[rows * 24];
    Arrays.fill(values, 5);
    return values;
  }

  private SlotRange slotsOf(int i) {
    FileNode file = store.file(path(i), 100 + i).orElseThrow();
    return store.collection("default").orElseThrow().slotsOf(file).orElseThrow();
  }

  @Test
  void slots_ofTheDead_stayWhileAReaderIsThere() throws Exception {
    VectorCollection collection = store.collection("default").orElseThrow();
    FileNode owner = collection.owner(1);
    Thread upkeep;
    try (VectorStore.Pin _ = store.pin()) {
      store.unlinked(path(1));
      upkeep = Thread.ofPlatform().start(() -> store.upkeep().releaseSlots());
      while (upkeep.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      store.put(new TreePath("other"), 999, "default", vector(5));
      assertEquals(owner, collection.owner(1));
    }
    upkeep.join();
    store.put(new TreePath("another"), 998, "default", vector(6));
    assertEquals(List.of(new TreePath("another")), store.paths(collection.owner(1)));
  }

  @Test
  void compaction_waitsForReadersAndListeners() throws Exception {
    VectorCollection collection = store.collection("default").orElseThrow();
    Set<Integer> removed = new HashSet<>();
    AtomicInteger awaited = new AtomicInteger();
    store.addListener(
        collection,
        new SlotListener() {
          @Override
          public void added(int firstSlot, int count) {}

          @Override
          public void removed(int slot) {
            removed.add(slot);
          }

          @Override
          public long slotsLetGo() {
            return awaited.get();
          }

          @Override
          public void awaitRemoved() {
            awaited.set(removed.size());
          }
        });
    deleteMost();
    CountDownLatch copied = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread compactor;
    long address;
    try (VectorStore.Pin _ = store.pin()) {
      address = collection.vectors().segment(0).address() + collection.vectors().offset(0);
      compactor =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  store.upkeep().compact(true, _ -> copied.countDown());
                } catch (VectorFailure | InterruptedException | RuntimeException e) {
                  failure.set(e);
                }
              });
      copied.await();
      while (compactor.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertEquals(
          address, collection.vectors().segment(0).address() + collection.vectors().offset(0));
      assertEquals(vector(10), store.get(path(10), 110, "default").orElseThrow());
    }
    compactor.join();
    assertEquals(null, failure.get());
    assertEquals(FILES * 9 / 10, awaited.get());
    assertFalse(
        address == collection.vectors().segment(0).address() + collection.vectors().offset(0));
  }

  @Test
  void compaction_besideChanges_agreesWithThem() throws Exception {
    deleteMost();
    AtomicInteger step = new AtomicInteger();
    Pace changing =
        _ -> {
          int i = step.getAndIncrement();
          try {
            if (i % 3 == 0) {
              store.put(path(i % 40), 100 + i % 40, "default", vector(1000 + i));
            } else if (i % 7 == 0) {
              store.unlinked(path(i % FILES));
            }
          } catch (VectorFailure e) {
            throw new AssertionError(e);
          }
        };
    assertTrue(store.upkeep().compact(true, changing).segments() > 0);
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    assertEquals(expected, StoreModel.actual(open(directory.afterKill())));
    store.upkeep().compact(true, Pace.FULL);
    assertEquals(expected, StoreModel.actual(store));
    store.close();
    assertEquals(expected, StoreModel.actual(open(directory)));
  }

  @Test
  void compaction_interruptedAnywhere_losesNothing() throws Exception {
    deleteMost();
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    for (int limit = 0; ; limit++) {
      AtomicInteger left = new AtomicInteger(limit);
      try {
        store
            .upkeep()
            .compact(
                true,
                _ -> {
                  if (left.getAndDecrement() == 0) {
                    throw new InterruptedException();
                  }
                });
        break;
      } catch (InterruptedException e) {
        assertEquals(expected, StoreModel.actual(store));
        assertEquals(expected, StoreModel.actual(open(directory.afterKill())));
      }
    }
    assertEquals(expected, StoreModel.actual(open(directory.afterKill())));
  }

  @Test
  void compaction_onAFullDisk_losesNothing() throws Exception {
    deleteMost();
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    directory.limitFreeBytes(1000);
    assertThrows(StoreFull.class, () -> store.upkeep().compact(true, Pace.FULL));
    assertEquals(expected, StoreModel.actual(store));
    assertEquals(expected, StoreModel.actual(open(directory.afterKill())));
    directory.limitFreeBytes(Long.MAX_VALUE);
    store.upkeep().compact(true, Pace.FULL);
    assertEquals(expected, StoreModel.actual(store));
  }

  @Test
  void compaction_ofADamagedSegment_leavesItAndSaysSo() throws Exception {
    deleteMost();
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    store.close();
    String first = SegmentHeader.fileName(1);
    byte[] bytes = directory.bytes(first);
    // In the values of a vector that was deleted.
    bytes[bytes.length - 16] ^= 1;
    directory.with(first, bytes);
    VectorStore reopened = open(directory);
    StoreBroken broken =
        assertThrows(StoreBroken.class, () -> reopened.upkeep().compact(true, Pace.FULL));
    assertMentions(first, broken);
    assertTrue(directory.list().contains(first));
    assertEquals(expected, StoreModel.actual(reopened));
    reopened.upkeep().checkpoint();
    assertEquals(expected, StoreModel.actual(open(directory.afterKill())));
  }

  @Test
  void newestCheckpoint_notSoundAfterCompaction_givesWayToTheOneBefore() throws Exception {
    deleteMost();
    store.upkeep().compact(true, Pace.FULL);
    store.put(path(1), 101, "default", vector(7));
    store.upkeep().checkpoint();
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    String newest = directory.list().stream().filter(CheckpointHead::isFileName).toList().getLast();
    MemoryDirectory damaged = directory.afterKill().with(newest, new byte[100]);
    assertEquals(expected, StoreModel.actual(open(damaged)));
  }

  @Test
  void compaction_killedAnywhere_survivesTheLossOfTheNewestCheckpoint() throws Exception {
    store.upkeep().checkpoint();
    store.put(path(0), 100, "default", vector(8));
    store.upkeep().checkpoint();
    deleteMost();
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    List<MemoryDirectory> killed = new ArrayList<>();
    directory.beforeOperation(() -> killed.add(directory.afterKill()));
    store.upkeep().compact(true, Pace.FULL);
    directory.beforeOperation(() -> {});
    assertTrue(killed.size() > 20, "too few operations");
    for (MemoryDirectory disk : killed) {
      String newest = disk.list().stream().filter(CheckpointHead::isFileName).toList().getLast();
      assertEquals(expected, StoreModel.actual(open(disk.with(newest, new byte[5]))));
    }
  }

  @Test
  void segment_emptied_staysUntilNoCheckpointNeedsIt() throws Exception {
    store.upkeep().checkpoint();
    deleteMost();
    store.upkeep().compact(true, Pace.FULL);
    List<String> checkpoints =
        directory.list().stream().filter(CheckpointHead::isFileName).toList();
    for (String only : checkpoints) {
      MemoryDirectory disk = directory.afterKill();
      for (String other : checkpoints) {
        if (!other.equals(only)) {
          disk.with(other, new byte[0]);
        }
      }
      assertEquals(StoreModel.actual(store), StoreModel.actual(open(disk)));
    }
  }

  @Test
  void mappings_endWithTheirSegments_andWithTheStore() throws Exception {
    deleteMost();
    int before = directory.mappings();
    store.upkeep().compact(true, Pace.FULL);
    assertTrue(directory.mappings() < before, "compaction ended no mapping");
    store.close();
    assertEquals(0, directory.mappings());
    VectorStore reopened = open(directory);
    reopened.close();
    assertEquals(0, directory.mappings());
  }

  @Test
  void segmentLeftOverByACrash_isRemovedLater() throws Exception {
    deleteMost();
    byte[] first = directory.bytes(SegmentHeader.fileName(1));
    store.upkeep().compact(true, Pace.FULL);
    assertFalse(directory.list().contains(SegmentHeader.fileName(1)));
    directory.with(SegmentHeader.fileName(1), first);
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    MemoryDirectory disk = directory.afterKill();
    VectorStore reopened = open(disk);
    assertEquals(expected, StoreModel.actual(reopened));
    reopened.put(path(1), 101, "default", vector(1));
    reopened.upkeep().checkpoint();
    assertFalse(disk.list().contains(SegmentHeader.fileName(1)));
  }
}
