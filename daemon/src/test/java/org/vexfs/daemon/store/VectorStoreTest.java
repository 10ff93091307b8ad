package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.store.StoreModel.assertMentions;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.io.MemoryDirectory;

final class VectorStoreTest {
  private static final TreePath A = new TreePath("dir/a");
  private static final TreePath B = new TreePath("dir/b");
  private static final TreePath C = new TreePath("c");
  private static final VectorMatrix ONE = VectorMatrix.ofVector(1, 2, 3);
  private static final VectorMatrix TWO = VectorMatrix.ofVector(4, 5, 6);

  /// What the host has, for the probe.
  private final Map<TreePath, Long> host = new HashMap<>();

  private final MemoryDirectory directory = new MemoryDirectory();
  private VectorStore store;

  @BeforeEach
  void open() throws VectorFailure {
    store = open(directory);
  }

  private VectorStore open(MemoryDirectory from) throws VectorFailure {
    return UnrecoveredStore.open(from, new StoreOptions(512 << 10, 16 << 10))
        .recover(path -> host.getOrDefault(path, 0L))
        .store();
  }

  private VectorStore reopened() throws VectorFailure {
    return open(directory.afterKill());
  }

  private Optional<VectorMatrix> got(VectorStore from, TreePath path, long inode)
      throws VectorFailure {
    return from.get(path, inode, "default");
  }

  @Test
  void put_invalidVectors_areRefusedWithTheirReason() throws VectorFailure {
    store.put(C, 1, "default", ONE);
    VectorFailure dimension =
        assertThrows(
            InvalidVector.class, () -> store.put(C, 1, "default", VectorMatrix.ofVector(1, 2)));
    assertMentions("dimension 2", dimension);
    assertMentions("has 3", dimension);
    VectorMatrix nan = new VectorMatrix(2, 3, new float[] {1, 2, 3, 4, Float.NaN, 6});
    VectorFailure position =
        assertThrows(InvalidVector.class, () -> store.put(C, 1, "default", nan));
    assertMentions("value 1 of row 1", position);
    VectorMatrix infinite = VectorMatrix.ofVector(1, 2, Float.NEGATIVE_INFINITY);
    assertThrows(InvalidVector.class, () -> store.put(C, 1, "default", infinite));
    assertEquals(Optional.of(ONE), got(store, C, 1));
  }

  @Test
  void put_zeroRow_isRefusedUnderCosineOnly() throws VectorFailure {
    store.configure("angles", Metric.COSINE, Optional.empty());
    VectorMatrix zero = new VectorMatrix(2, 2, new float[] {1, 0, 0, -0.0f});
    assertThrows(InvalidVector.class, () -> store.put(C, 1, "angles", zero));
    assertEquals(0, store.collection("angles").orElseThrow().dimension());
    store.put(C, 1, "default", zero);
    assertEquals(Optional.of(zero), got(store, C, 1));
  }

  @Test
  void put_overALimit_isTooLarge() {
    VectorMatrix wide = VectorMatrix.ofVector(new float[Limits.MAX_DIMENSION + 1]);
    assertThrows(TooLarge.class, () -> store.put(C, 1, "default", wide));
    assertTrue(store.collections().isEmpty());
  }

  @Test
  void put_ofTheRoot_isRefused() {
    assertThrows(InvalidRequest.class, () -> store.put(TreePath.ROOT, 1, "default", ONE));
  }

  @Test
  void put_again_replacesWithNewSlots() throws VectorFailure {
    store.put(C, 1, "default", ONE);
    VectorCollection collection = store.collection("default").orElseThrow();
    long version = collection.version();
    store.put(C, 1, "default", new VectorMatrix(2, 3, new float[] {4, 5, 6, 7, 8, 9}));
    assertEquals(3, collection.slotLimit());
    assertFalse(collection.isLive(0));
    assertTrue(collection.isLive(1) && collection.isLive(2));
    assertEquals(1, collection.find(2).number());
    assertEquals(1, collection.entryCount());
    assertEquals(2, collection.liveRows());
    assertTrue(collection.version() > version);
    assertEquals(List.of(C), store.paths(collection.owner(2)));
  }

  @Test
  void values_lieAlignedInTheFile() throws VectorFailure {
    for (int i = 0; i < 20; i++) {
      store.put(new TreePath("f".repeat(i + 1)), 10 + i, "default", VectorMatrix.ofVector(i, 7));
    }
    VectorCollection collection = store.collection("default").orElseThrow();
    long start = collection.vectors().segment(0).address();
    for (int slot = 0; slot < 20; slot++) {
      long offset = collection.vectors().offset(slot);
      assertEquals(0, offset % RecordCodec.VALUE_ALIGNMENT);
      assertEquals(start, collection.vectors().segment(slot).address());
    }
  }

  @Test
  void collection_settings_areFixedByTheFirstVector() throws VectorFailure {
    store.configure("c", Metric.DOT, Optional.of("lexical"));
    store.configure("c", Metric.COSINE, Optional.of("l\u00e9xical"));
    store.put(C, 1, "c", ONE);
    assertThrows(
        InvalidRequest.class, () -> store.configure("c", Metric.DOT, Optional.of("l\u00e9xical")));
    assertThrows(InvalidRequest.class, () -> store.configure("c", Metric.COSINE, Optional.empty()));
    store.configure("c", Metric.COSINE, Optional.of("l\u00e9xical"));
    VectorCollection reopened = reopened().collection("c").orElseThrow();
    assertEquals(Metric.COSINE, reopened.metric());
    assertEquals(Optional.of("l\u00e9xical"), reopened.embedder());
    assertEquals(3, reopened.dimension());
  }

  @Test
  void collectionName_notAllowed_isRefused() throws VectorFailure {
    for (String name : List.of("", ".hidden", "a/b", "a b", "\u00e4", "x".repeat(201))) {
      assertThrows(InvalidRequest.class, () -> store.put(C, 1, name, ONE), name);
      assertThrows(
          InvalidRequest.class, () -> store.configure(name, Metric.DOT, Optional.empty()), name);
    }
    store.put(C, 1, "A-z_0.9", ONE);
    store.put(C, 1, "x".repeat(200), ONE);
    assertEquals(2, store.collectionsOf(C, 1).size());
  }

  @Test
  void namesOfAnyBytes_surviveReopening() throws VectorFailure {
    TreePath odd = new TreePath("\u00ff\u00fe\n/ \u0001");
    store.put(odd, 1, "default", ONE);
    assertEquals(Optional.of(ONE), got(reopened(), odd, 1));
  }

  @Test
  void directoryRename_isTwoSmallRecords_andKeepsScopes() throws VectorFailure {
    for (int i = 0; i < 200; i++) {
      store.put(new TreePath("x/y/f" + i), 100 + i, "default", ONE);
    }
    long before = store.state().bytes();
    HostChanges.rename(store, new TreePath("x"), new TreePath("z"));
    assertTrue(store.state().bytes() - before <= 128, "a rename writes two small records");
    FileNode file = store.file(new TreePath("z/y/f7"), 107).orElseThrow();
    assertTrue(file.isWithin(store.directory(new TreePath("z")).orElseThrow()));
    assertTrue(file.isWithin(store.directory(TreePath.ROOT).orElseThrow()));
    assertTrue(store.directory(new TreePath("x")).isEmpty());
    assertEquals(200, reopened().collection("default").orElseThrow().entryCount());
  }

  @Test
  void changesOfPathsWithoutVectors_writeNothing() throws VectorFailure {
    HostChanges.rename(store, A, B);
    store.unlinked(A);
    HostChanges.link(store, A, B);
    HostChanges.exchange(store, A, B);
    HostChanges.removeDirectory(store, new TreePath("dir"));
    assertEquals(0, store.state().bytes());
    assertTrue(directory.list().isEmpty());
  }

  @Test
  void sync_withNothingNew_doesNotFlush() throws VectorFailure {
    store.put(A, 1, "default", ONE);
    int before = directory.flushes();
    store.sync();
    assertEquals(before + 1, directory.flushes());
    store.sync();
    assertEquals(before + 1, directory.flushes());
    store.unlinked(A);
    store.sync();
    assertEquals(before + 2, directory.flushes());
  }

  @Test
  void durabilityAlways_makesEveryChangeDurable_beforeItReturns() throws VectorFailure {
    MemoryDirectory disk = new MemoryDirectory();
    StoreOptions always =
        new StoreOptions(512 << 10, 16 << 10).with(StoreOptions.Durability.ALWAYS);
    VectorStore durable = UnrecoveredStore.open(disk, always).recover(_ -> 0).store();
    durable.put(A, 1, "default", ONE);
    assertEquals(Optional.of(ONE), got(open(disk.afterSyncedOnly()), A, 1));
    HostChanges.rename(durable, A, B);
    assertEquals(Optional.of(ONE), got(open(disk.afterSyncedOnly()), B, 1));
    durable.configure("c", Metric.DOT, Optional.empty());
    assertTrue(open(disk.afterSyncedOnly()).collection("c").isPresent());
    assertTrue(durable.remove(B, 1, "default"));
    assertEquals(Optional.empty(), got(open(disk.afterSyncedOnly()), B, 1));
  }

  @Test
  void batch_ofManyChanges_isMadeDurableAtOnce() throws VectorFailure {
    MemoryDirectory disk = new MemoryDirectory();
    StoreOptions always =
        new StoreOptions(512 << 10, 16 << 10).with(StoreOptions.Durability.ALWAYS);
    VectorStore durable = UnrecoveredStore.open(disk, always).recover(_ -> 0).store();
    durable.put(A, 1, "default", ONE);
    int before = disk.flushes();
    try (VectorStore.Batch batch = durable.batch()) {
      for (int i = 2; i < 100; i++) {
        batch.put(new TreePath("f" + i), i, "default", ONE);
      }
      assertThrows(
          VectorFailure.InvalidVector.class,
          () -> batch.put(B, 200, "default", VectorMatrix.ofVector(1)));
      assertEquals(Optional.of(ONE), got(durable, new TreePath("f2"), 2), "seen at once");
      assertEquals(before, disk.flushes());
    }
    assertEquals(before + 1, disk.flushes());
    VectorStore left = open(disk.afterSyncedOnly());
    assertEquals(99, left.collection("default").orElseThrow().entryCount());
    assertEquals(Optional.empty(), got(left, B, 200));
  }

  @Test
  void state_tellsOfTheLatestCheckpoint() throws VectorFailure {
    assertEquals(new CheckpointState(0, Optional.empty(), 0), store.state().checkpoint());
    store.put(A, 1, "default", ONE);
    assertTrue(store.state().checkpoint().replayBytes() > 0);
    store.upkeep().checkpoint();
    assertEquals(new CheckpointState(1, Optional.of(Instant.EPOCH), 0), store.state().checkpoint());
    store.put(B, 2, "default", ONE);
    long after = store.state().checkpoint().replayBytes();
    CheckpointState found = open(directory.afterKill()).state().checkpoint();
    assertEquals(new CheckpointState(1, Optional.of(Instant.EPOCH), after), found);
  }

  @Test
  void upkeepThread_checkpointsWhenOneIsDue() throws Exception {
    StoreOptions soon =
        new StoreOptions(512 << 10, 16 << 10, 4 << 10, StoreOptions.Durability.PROCESS);
    MemoryDirectory disk = new MemoryDirectory();
    VectorStore tended = UnrecoveredStore.open(disk, soon).recover(_ -> 0).store();
    try (UpkeepThread _ = UpkeepThread.over(tended)) {
      for (int i = 0; i < 100; i++) {
        tended.put(new TreePath("f" + i), i + 1, "default", ONE);
      }
      while (tended.upkeep().isCheckpointDue()) {
        Thread.onSpinWait();
      }
    }
    assertTrue(disk.list().stream().anyMatch(CheckpointHead::isFileName), "no checkpoint came");
    tended.close();
  }

  @Test
  void sync_fromManyThreads_makesAllOfTheirChangesDurable() throws Exception {
    List<Thread> threads = new ArrayList<>();
    AtomicInteger lost = new AtomicInteger();
    for (int thread = 0; thread < 4; thread++) {
      int number = thread;
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 50; i++) {
                    int value = number * 100 + i + 1;
                    TreePath path = new TreePath("t" + value);
                    store.put(path, value, "default", VectorMatrix.ofVector(value));
                    store.sync();
                    boolean kept = got(open(directory.afterSyncedOnly()), path, value).isPresent();
                    lost.addAndGet(kept ? 0 : 1);
                  }
                } catch (VectorFailure e) {
                  lost.incrementAndGet();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(0, lost.get());
    assertTrue(directory.flushes() <= 1 + 200, "more flushes than callers");
  }

  @Test
  void lastEntry_removed_prunesItsDirectories() throws VectorFailure {
    store.put(A, 1, "default", ONE);
    assertTrue(store.remove(A, 1, "default"));
    assertFalse(store.remove(A, 1, "default"));
    assertTrue(store.directory(new TreePath("dir")).isEmpty());
    assertEquals(0, store.state().liveBytes());
    assertTrue(store.state().deadBytes() > 0);
    store.put(A, 1, "default", TWO);
    assertEquals(Optional.of(TWO), got(reopened(), A, 1));
  }

  @Test
  void hardLink_metForTheFirstTime_sharesTheVectors() throws VectorFailure {
    host.put(A, 5L);
    host.put(C, 5L);
    store.put(A, 5, "default", ONE);
    assertEquals(Optional.of(ONE), got(store, C, 5));
    store.put(C, 5, "default", TWO);
    assertEquals(Optional.of(TWO), got(store, A, 5));
    store.unlinked(A);
    assertEquals(Optional.of(TWO), got(reopened(), C, 5));
  }

  @Test
  void inode_usedAgainByAnotherFile_doesNotInheritVectors() throws VectorFailure {
    store.put(A, 5, "default", ONE);
    // A vanished behind the mount, and C got its inode.
    host.put(C, 5L);
    assertEquals(Optional.empty(), got(store, C, 5));
    store.put(C, 5, "other", TWO);
    assertEquals(Optional.empty(), got(store, A, 0));
    assertEquals(List.of("other"), reopened().collectionsOf(C, 5));
  }

  @Test
  void inode_usedAgainBelowAPathThatWasTheFile_isANewFile() throws VectorFailure {
    TreePath below = A.child("x");
    store.put(A, 5, "default", ONE);
    host.put(below, 5L);
    store.put(below, 5, "default", TWO);
    assertEquals(Optional.of(TWO), got(reopened(), below, 5));
    assertEquals(Optional.empty(), got(reopened(), A, 0));
  }

  @Test
  void file_replacedBehindTheMount_keepsThePathsVectors() throws VectorFailure {
    store.put(A, 5, "default", ONE);
    host.put(A, 6L);
    assertEquals(Optional.of(ONE), got(store, A, 6));
    store.put(A, 6, "other", TWO);
    assertEquals(List.of("default", "other"), reopened().collectionsOf(A, 6));
  }

  @Test
  void hardLink_brokenBehindTheMount_leavesVectorsWithTheOldFile() throws VectorFailure {
    store.put(A, 5, "default", ONE);
    HostChanges.link(store, A, C);
    host.put(A, 5L);
    host.put(C, 6L);
    assertEquals(Optional.empty(), got(store, C, 6));
    store.put(C, 6, "default", TWO);
    assertEquals(Optional.of(ONE), got(reopened(), A, 5));
    assertEquals(Optional.of(TWO), got(reopened(), C, 6));
  }

  @Test
  void directory_whereAFileWas_takesItsPlace() throws VectorFailure {
    store.put(new TreePath("p"), 1, "default", ONE);
    store.put(new TreePath("p/q"), 2, "default", TWO);
    store.put(new TreePath("p/q/r"), 3, "default", ONE);
    assertEquals(1, store.state().entries());
    store.put(new TreePath("p"), 4, "default", TWO);
    VectorStore reopened = reopened();
    assertEquals(1, reopened.state().entries());
    assertEquals(Optional.of(TWO), got(reopened, new TreePath("p"), 4));
  }

  @Test
  void rename_betweenNamesOfOneFile_changesNothing() throws VectorFailure {
    store.put(A, 1, "default", ONE);
    HostChanges.link(store, A, B);
    HostChanges.rename(store, A, B);
    assertEquals(Optional.of(ONE), got(store, A, 1));
    assertEquals(Optional.of(ONE), got(store, B, 1));
  }

  @Test
  void entryLargerThanASegmentOrWindow_isKept() throws VectorFailure {
    float[] values = new float[190_000];
    values[189_999] = 7;
    VectorMatrix large = new VectorMatrix(1000, 190, values);
    store.put(A, 1, "big", large);
    store.put(B, 2, "default", ONE);
    assertEquals(Optional.of(large), store.get(A, 1, "big"));
    VectorStore reopened = reopened();
    assertEquals(Optional.of(large), reopened.get(A, 1, "big"));
    assertEquals(Optional.of(ONE), got(reopened, B, 2));
  }

  @Test
  void readers_besideAWriter_seeWholeEntriesOnly() throws Exception {
    store.put(C, 1, "default", VectorMatrix.ofVector(0, 0));
    VectorCollection collection = store.collection("default").orElseThrow();
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger acknowledged = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger rounds = new AtomicInteger();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                int atLeast = acknowledged.get();
                int limit = collection.slotLimit();
                boolean holds = limit >= atLeast;
                for (int slot = 1; slot < limit; slot++) {
                  float first = value(collection, slot, 0);
                  holds &= first > 0 && value(collection, slot, 1) == -first;
                  holds &= collection.owner(slot).id() > 0;
                }
                wrong.addAndGet(holds ? 0 : 1);
                rounds.incrementAndGet();
              }
            });
    for (int i = 1; i <= 3000 || rounds.get() < 3; i++) {
      store.put(new TreePath("f" + i % 50), 100 + i % 50, "default", VectorMatrix.ofVector(i, -i));
      acknowledged.set(collection.slotLimit());
    }
    done.set(true);
    reader.join();
    assertEquals(0, wrong.get());
    assertEquals(51, collection.liveRows());
  }

  private static float value(VectorCollection collection, int slot, int index) {
    long offset = collection.vectors().offset(slot) + (long) index * Float.BYTES;
    return Float.intBitsToFloat(collection.vectors().segment(slot).get(RecordHeader.INT, offset));
  }
}
