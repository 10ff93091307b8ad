package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.store.StoreModel.assertMentions;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorFailure.StoreInUse;
import org.vexfs.daemon.base.VectorFailure.StoreReadOnly;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.MemoryDirectory;

/// The store on a disk that loses power, is full, or fails.
final class StoreFaultTest {
  private static final StoreOptions OPTIONS = new StoreOptions(8 << 10, 2 << 10);
  private static final int CAPACITY_BYTES = 32 << 10;
  private static final HostProbe NOTHING = _ -> 0;
  private static final TreePath FILE = new TreePath("a/file");
  private static final VectorMatrix VECTOR = VectorMatrix.ofVector(1, 2, 3);

  private final MemoryDirectory directory = new MemoryDirectory();

  private static VectorStore open(MemoryDirectory directory) throws VectorFailure {
    return UnrecoveredStore.open(directory, OPTIONS).recover(NOTHING).store();
  }

  @ParameterizedTest(name = "schedules of seed {0}")
  @ValueSource(longs = {11, 12, 13, 14})
  void powerLoss_keepsAllSynced_andInventsNothing(long seed) throws VectorFailure {
    Random random = new Random(seed);
    for (int schedule = 0; schedule < 30; schedule++) {
      MemoryDirectory disk = new MemoryDirectory(CAPACITY_BYTES);
      for (int round = 0; round < 3; round++) {
        disk = loseOnce(disk, random, "seed " + seed + " schedule " + schedule);
      }
    }
  }

  private static MemoryDirectory loseOnce(MemoryDirectory disk, Random random, String when)
      throws VectorFailure {
    VectorStore store = open(disk);
    RandomChanges changes = new RandomChanges(random);
    List<Map<String, VectorMatrix>> possible = new ArrayList<>();
    possible.add(StoreModel.actual(store));
    for (int step = 0; step < 40; step++) {
      if (random.nextInt(8) == 0) {
        store.sync();
        possible.clear();
      } else {
        changes.change(store);
      }
      possible.add(StoreModel.actual(store));
    }
    MemoryDirectory left = disk.afterPowerLoss(random);
    assertTrue(possible.contains(StoreModel.actual(open(left.afterKill()))), when);
    return left;
  }

  @Test
  void fullDisk_refusesTheChange_andGoesOnWithSpace() throws VectorFailure {
    VectorStore store = open(directory);
    store.put(FILE, 1, "default", VECTOR);
    for (int free = 0; free < 130; free++) {
      TreePath path = new TreePath("more/" + free);
      directory.limitFreeBytes(free);
      assertThrows(StoreFull.class, () -> store.put(path, 2, "default", VECTOR));
      assertEquals(VECTOR, store.get(FILE, 1, "default").orElseThrow());
      assertTrue(store.get(path, 2, "default").isEmpty());
      directory.limitFreeBytes(Long.MAX_VALUE);
      store.put(path, 100 + free, "default", VectorMatrix.ofVector(free, 1, 2));
    }
    assertTrue(store.state().readOnlyCause().isEmpty());
    Map<String, VectorMatrix> before = StoreModel.actual(store);
    assertEquals(131, before.size());
    assertEquals(before, StoreModel.actual(open(directory.afterKill())));
  }

  @Test
  void fullDisk_whileClosing_losesNothing() throws VectorFailure {
    VectorStore store = open(directory);
    store.put(FILE, 1, "default", VECTOR);
    directory.limitFreeBytes(0);
    store.close();
    assertEquals(VECTOR, open(directory).get(FILE, 1, "default").orElseThrow());
  }

  @Test
  void failedWrite_latchesTheStore_whichGoesOnReading() throws VectorFailure {
    VectorStore store = open(directory);
    store.put(FILE, 1, "default", VECTOR);
    directory.fail(true);
    assertThrows(
        StoreBroken.class, () -> store.put(FILE, 1, "default", VectorMatrix.ofVector(9, 9, 9)));
    directory.fail(false);
    StoreReadOnly refused = assertThrows(StoreReadOnly.class, () -> store.unlinked(FILE));
    assertMentions("Input/output error", refused);
    assertTrue(store.state().readOnlyCause().orElseThrow().contains("Input/output error"));
    assertEquals(VECTOR, store.get(FILE, 1, "default").orElseThrow());
    HostChanges.rename(store, new TreePath("plain"), new TreePath("other"));
    store.close();
    assertEquals(VECTOR, open(directory).get(FILE, 1, "default").orElseThrow());
  }

  @Test
  void failedSync_latchesTheStore() throws VectorFailure {
    VectorStore store = open(directory);
    store.put(FILE, 1, "default", VECTOR);
    directory.fail(true);
    assertThrows(StoreBroken.class, store::sync);
    directory.fail(false);
    assertThrows(StoreReadOnly.class, store::sync);
    assertThrows(StoreReadOnly.class, () -> store.put(FILE, 1, "default", VECTOR));
  }

  @Test
  void secondOpener_isRefused_untilTheFirstCloses() throws VectorFailure {
    VectorStore store = open(directory);
    assertThrows(StoreInUse.class, () -> open(directory));
    store.close();
    open(directory).close();
  }

  @Test
  void closedStore_refusesChanges() throws VectorFailure {
    VectorStore store = open(directory);
    store.put(FILE, 1, "default", VECTOR);
    store.close();
    store.close();
    assertThrows(StoreReadOnly.class, () -> store.put(FILE, 1, "default", VECTOR));
  }
}
