package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.io.MemoryDirectory;
import org.vexfs.daemon.io.StorageDirectory;

/// The store against plain maps, over random operations, with reopening at random points.
final class VectorStoreModelTest {
  private static final StoreOptions SMALL = new StoreOptions(16 << 10, 4 << 10);
  private static final int STEPS = 1500;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void store_agreesWithModel_overRandomOperations(long seed) throws Exception {
    Random random = new Random(seed);
    StoreModel model = new StoreModel(random);
    MemoryDirectory directory = new MemoryDirectory();
    directory.limitWrite(700);
    VectorStore store = open(directory, model);
    LiveSlots heard = LiveSlots.of(store);
    int compacted = 0;
    boolean freed = false;
    for (int step = 0; step < STEPS; step++) {
      model.step(store);
      heard.check(store);
      if (step % 25 == 0) {
        model.check(store);
      }
      if (random.nextInt(60) == 0) {
        store.upkeep().checkpoint();
      }
      if (random.nextInt(20) == 0) {
        freed |= freesSlots(store);
      }
      if (random.nextInt(80) == 0) {
        compacted += store.upkeep().compact(true, Pace.FULL).segments();
        model.check(store);
      }
      if (random.nextInt(100) == 0) {
        if (random.nextBoolean()) {
          store.close();
        } else {
          directory = directory.afterKill();
        }
        store = open(directory, model);
        model.check(store);
        heard = LiveSlots.of(store);
      }
    }
    model.check(store);
    assertTrue(compacted > 1, "the test never emptied a segment");
    assertTrue(freed, "the test never freed a slot");
    store.close();
  }

  private static boolean freesSlots(VectorStore store) {
    store.upkeep().releaseSlots();
    return store.collections().stream().anyMatch(collection -> collection.freeSlots() > 0);
  }

  @Test
  void store_onARealDisk_agreesWithModel(@TempDir Path path) throws Exception {
    StoreModel model = new StoreModel(new Random(99));
    for (int round = 0; round < 4; round++) {
      VectorStore store = open(HostDirectory.at(path), model);
      model.check(store);
      for (int step = 0; step < 300; step++) {
        model.step(store);
      }
      store.sync();
      model.check(store);
      store.close();
      assertEquals(store.state().bytes(), storedBytes(path), "what was mapped ahead is cut off");
    }
  }

  private static long storedBytes(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> SegmentHeader.isFileName(file.getFileName().toString()))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  private static VectorStore open(StorageDirectory directory, StoreModel model)
      throws VectorFailure {
    UnrecoveredStore.Recovered recovered = UnrecoveredStore.open(directory, SMALL).recover(model);
    assertTrue(recovered.report().tear().isEmpty(), "nothing was torn");
    return recovered.store();
  }

  /// What a listener believes to be live in the default collection.
  private static final class LiveSlots implements SlotListener {
    private final Set<Integer> live = new HashSet<>();
    private boolean listening;
    private long removed;

    static LiveSlots of(VectorStore store) {
      LiveSlots slots = new LiveSlots();
      slots.listen(store);
      return slots;
    }

    private void listen(VectorStore store) {
      store
          .collection("default")
          .ifPresent(collection -> {
            int limit = store.addListener(collection, this);
            for (int slot = 0; slot < limit; slot++) {
              if (collection.isLive(slot)) {
                live.add(slot);
              }
            }
            listening = true;
          });
    }

    void check(VectorStore store) {
      if (!listening) {
        listen(store);
        return;
      }
      VectorCollection collection = store.collection("default").orElseThrow();
      Set<Integer> actual = new HashSet<>();
      for (int slot = 0; slot < collection.slotLimit(); slot++) {
        if (collection.isLive(slot)) {
          actual.add(slot);
        }
      }
      assertEquals(actual, live);
    }

    @Override
    public void added(int firstSlot, int count) {
      for (int slot = firstSlot; slot < firstSlot + count; slot++) {
        assertTrue(live.add(slot), "a slot came twice");
      }
    }

    @Override
    public void removed(int slot) {
      assertTrue(live.remove(slot), "a slot went that never came");
      removed++;
    }

    @Override
    public long slotsLetGo() {
      return removed;
    }

    @Override
    public void awaitRemoved() {}
  }
}
