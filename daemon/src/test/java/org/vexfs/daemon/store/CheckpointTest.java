package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.store.StoreModel.assertMentions;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.MemoryDirectory;

/// What a checkpoint spares the next start, and that it can do without.
final class CheckpointTest {
  private static final StoreOptions OPTIONS = new StoreOptions(8 << 10, 1 << 10);
  private static final int CAPACITY_BYTES = 64 << 10;

  private final MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
  private VectorStore store;

  @BeforeEach
  void fill() throws VectorFailure {
    store = open(directory).store();
    for (int i = 0; i < 60; i++) {
      put(i);
    }
  }

  private void put(int i) throws VectorFailure {
    TreePath path = new TreePath("d" + i % 7 + "/f" + i);
    store.put(path, 100 + i, "default", VectorMatrix.ofVector(i, 1, 2));
  }

  private static UnrecoveredStore.Recovered open(MemoryDirectory directory) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, OPTIONS)) {
      return unrecovered.recover(_ -> 0);
    }
  }

  private List<String> checkpoints() {
    return directory.list().stream().filter(CheckpointHead::isFileName).toList();
  }

  @Test
  void reopening_afterACheckpoint_replaysOnlyWhatCameAfterIt() throws VectorFailure {
    store.upkeep().checkpoint();
    UnrecoveredStore.Recovered untouched = open(directory.afterKill());
    assertEquals(0, untouched.report().records());
    assertEquals(Optional.of(checkpoints().getLast()), untouched.report().checkpoint());
    assertEquals(StoreModel.actual(store), StoreModel.actual(untouched.store()));
    store.unlinked(new TreePath("d0/f0"));
    HostChanges.rename(store, new TreePath("d1"), new TreePath("e/d1").parent());
    UnrecoveredStore.Recovered changed = open(directory.afterKill());
    assertTrue(changed.report().records() > 0 && changed.report().records() < 10);
    assertEquals(StoreModel.actual(store), StoreModel.actual(changed.store()));
  }

  @Test
  void reopening_afterACleanEnd_replaysNothing() throws VectorFailure {
    Map<String, VectorMatrix> before = StoreModel.actual(store);
    store.close();
    UnrecoveredStore.Recovered recovered = open(directory);
    assertEquals(0, recovered.report().records());
    assertEquals(before, StoreModel.actual(recovered.store()));
    List<String> files = directory.list();
    recovered.store().close();
    assertEquals(files, directory.list(), "nothing changed, nothing was written");
  }

  @Test
  void checkpoint_keepsTheSlots() throws VectorFailure {
    store.unlinked(new TreePath("d3/f3"));
    store.upkeep().checkpoint();
    VectorCollection before = store.collection("default").orElseThrow();
    VectorCollection after =
        open(directory.afterKill()).store().collection("default").orElseThrow();
    assertEquals(before.slotLimit(), after.slotLimit());
    assertFalse(after.isLive(3));
    for (int slot = 0; slot < before.slotLimit(); slot++) {
      assertEquals(before.isLive(slot), after.isLive(slot));
      if (before.isLive(slot)) {
        assertEquals(before.owner(slot).id(), after.owner(slot).id());
      }
    }
  }

  @Test
  void checkpoints_moreThanTwo_areNotKept() throws VectorFailure {
    for (int i = 0; i < 5; i++) {
      put(100 + i);
      store.upkeep().checkpoint();
      assertEquals(Math.min(i + 1, 2), checkpoints().size());
    }
    store.upkeep().checkpoint();
    assertEquals(CheckpointHead.fileName(5), checkpoints().getLast());
  }

  @Test
  void closing_keepsTheLatestAlone() throws VectorFailure {
    store.upkeep().checkpoint();
    put(61);
    store.upkeep().checkpoint();
    assertEquals(2, checkpoints().size());
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    store.close();
    assertEquals(1, checkpoints().size());
    // Without it the log is enough.
    MemoryDirectory disk = directory.afterKill().with(checkpoints().getFirst(), new byte[3]);
    UnrecoveredStore.Recovered rebuilt = open(disk);
    assertEquals(Optional.empty(), rebuilt.report().checkpoint());
    assertEquals(expected, StoreModel.actual(rebuilt.store()));
  }

  /// What was compacted in an earlier format is said by checkpoints alone.
  @Test
  void closing_withASegmentOfAnEarlierFormat_keepsTwo() throws VectorFailure {
    MemoryDirectory disk = new MemoryDirectory(CAPACITY_BYTES);
    byte[] header = new byte[SegmentHeader.BYTES];
    new SegmentHeader(new UUID(3, 4), 1, 1, 0, SegmentHeader.MAJOR, 0).encode().get(header);
    disk.with(SegmentHeader.fileName(1), header);
    VectorStore upgraded = open(disk).store();
    for (int i = 0; i < 2; i++) {
      upgraded.put(new TreePath("a" + i), i, "default", VectorMatrix.ofVector(1, 2));
      upgraded.upkeep().checkpoint();
    }
    upgraded.close();
    assertEquals(2, disk.list().stream().filter(CheckpointHead::isFileName).count());
  }

  @Test
  void checkpoint_mergesWhatChanged_withTheOneBefore() throws VectorFailure {
    RandomChanges changes = new RandomChanges(new Random(5));
    for (int round = 0; round < 60; round++) {
      for (int i = 0; i < 5; i++) {
        changes.change(store);
      }
      store.upkeep().checkpoint();
      UnrecoveredStore.Recovered recovered = open(directory.afterKill());
      assertEquals(0, recovered.report().records());
      assertEquals(StoreModel.actual(store), StoreModel.actual(recovered.store()));
    }
  }

  @Test
  void checkpoint_notSound_givesWayToTheOneBefore() throws VectorFailure {
    store.upkeep().checkpoint();
    put(61);
    store.upkeep().checkpoint();
    put(62);
    String newest = checkpoints().getLast();
    for (int at : List.of(0, 20, 79, 81, directory.bytes(newest).length - 1)) {
      MemoryDirectory damaged = directory.afterKill();
      byte[] bytes = damaged.bytes(newest);
      bytes[at] ^= 1;
      UnrecoveredStore.Recovered recovered = open(damaged.with(newest, bytes));
      assertEquals(Optional.of(checkpoints().getFirst()), recovered.report().checkpoint());
      assertEquals(List.of(newest), recovered.report().unsound());
      assertEquals(StoreModel.actual(store), StoreModel.actual(recovered.store()));
      recovered.store().upkeep().checkpoint();
      assertFalse(damaged.list().contains(newest), "what cannot be read is removed");
    }
  }

  @Test
  void checkpoints_allUnsoundOrGone_giveWayToTheWholeLog() throws VectorFailure {
    store.upkeep().checkpoint();
    put(61);
    store.upkeep().checkpoint();
    MemoryDirectory damaged = directory.afterKill();
    for (String name : checkpoints()) {
      damaged.with(name, new byte[10]);
    }
    UnrecoveredStore.Recovered recovered = open(damaged);
    assertEquals(2, recovered.report().unsound().size());
    assertEquals(Optional.empty(), recovered.report().checkpoint());
    assertEquals(StoreModel.actual(store), StoreModel.actual(recovered.store()));
  }

  @Test
  void checkpoints_allGoneAfterCompaction_areMadeAnewFromTheLog() throws Exception {
    compactMost();
    MemoryDirectory damaged = directory.afterKill();
    for (String name : checkpoints()) {
      damaged.with(name, new byte[10]);
    }
    UnrecoveredStore.Recovered recovered = open(damaged);
    assertTrue(recovered.report().rebuilt());
    assertEquals(StoreModel.actual(store), StoreModel.actual(recovered.store()));
    recovered.store().upkeep().checkpoint();
    UnrecoveredStore.Recovered again = open(damaged.afterKill());
    assertFalse(again.report().rebuilt());
    assertEquals(StoreModel.actual(store), StoreModel.actual(again.store()));
  }

  private void compactMost() throws Exception {
    for (int i = 0; i < 50; i++) {
      store.unlinked(new TreePath("d" + i % 7 + "/f" + i));
    }
    assertTrue(store.upkeep().compact(true, Pace.FULL).segments() > 0);
  }

  @Test
  void segment_missingAfterCompactionWithoutCheckpoint_isDamage() throws Exception {
    compactMost();
    for (int i = 100; i < 150; i++) {
      put(i);
    }
    List<String> segments = directory.list().stream().filter(SegmentHeader::isFileName).toList();
    assertTrue(segments.size() > 1, "one segment only");
    for (String missing : segments.subList(0, segments.size() - 1)) {
      MemoryDirectory without = new MemoryDirectory(CAPACITY_BYTES);
      for (String name : segments) {
        if (!name.equals(missing)) {
          without.with(name, directory.bytes(name));
        }
      }
      assertMentions(missing, assertThrows(StoreBroken.class, () -> open(without)));
    }
  }

  @Test
  void segment_missingOrCut_whereACheckpointHasIt_isDamage() throws VectorFailure {
    store.upkeep().checkpoint();
    List<String> segments = directory.list().stream().filter(SegmentHeader::isFileName).toList();
    assertTrue(segments.size() > 1, "one segment only");
    for (String name : segments) {
      MemoryDirectory cut = directory.afterKill();
      byte[] bytes = cut.bytes(name);
      int end = name.equals(segments.getLast()) ? usedBytes(bytes) : bytes.length;
      cut.with(name, Arrays.copyOf(bytes, end - 8));
      assertMentions(name, assertThrows(StoreBroken.class, () -> open(cut)));
      MemoryDirectory without = new MemoryDirectory(CAPACITY_BYTES);
      for (String other : directory.list()) {
        if (!other.equals(name)) {
          without.with(other, directory.bytes(other));
        }
      }
      assertMentions(name, assertThrows(StoreBroken.class, () -> open(without)));
    }
  }

  /// Without the zeros that are mapped ahead.
  private static int usedBytes(byte[] segment) {
    int end = segment.length;
    while (segment[end - 1] == 0) {
      end--;
    }
    return (end + 7) / 8 * 8;
  }

  @Test
  void checkpoint_onAFullDisk_isRefusedAndLosesNothing() throws VectorFailure {
    store.upkeep().checkpoint();
    put(61);
    directory.limitFreeBytes(100);
    assertThrows(StoreFull.class, () -> store.upkeep().checkpoint());
    directory.limitFreeBytes(Long.MAX_VALUE);
    put(62);
    store.upkeep().checkpoint();
    UnrecoveredStore.Recovered recovered = open(directory.afterKill());
    assertEquals(0, recovered.report().records());
    assertEquals(StoreModel.actual(store), StoreModel.actual(recovered.store()));
  }

  @Test
  void checkpointOfANewerVersion_isRefused() throws VectorFailure {
    store.upkeep().checkpoint();
    CheckpointHead head = new CheckpointHead(new UUID(1, 2), 9, 1, 64, 1, 1, new ArrayList<>());
    ByteBuffer encoded = CheckpointHead.withChecksum(head.encode().put(8, (byte) 9));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    directory.with(CheckpointHead.fileName(9), bytes);
    StoreTooNew refused = assertThrows(StoreTooNew.class, () -> open(directory.afterKill()));
    assertMentions("9." + SegmentHeader.MINOR, refused);
  }

  @Test
  void checkpointOfAnEarlierVersion_givesWayToTheLog() throws VectorFailure {
    store.upkeep().checkpoint();
    String name = checkpoints().getLast();
    byte[] bytes = directory.bytes(name);
    int headBytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    ByteBuffer head = ByteBuffer.allocate(headBytes).order(ByteOrder.LITTLE_ENDIAN);
    head.put(bytes, 0, headBytes).put(8, (byte) 2);
    CheckpointHead.withChecksum(head).get(bytes, 0, headBytes);
    UnrecoveredStore.Recovered recovered = open(directory.afterKill().with(name, bytes));
    assertEquals(List.of(name), recovered.report().unsound());
    assertEquals(StoreModel.actual(store), StoreModel.actual(recovered.store()));
  }

  @Test
  void filesAtRest_areFoundByEverythingTheyWereFoundBy() throws VectorFailure {
    HostChanges.link(store, new TreePath("d5/f5"), new TreePath("d6/linked"));
    store.put(new TreePath("d5/f5"), 105, "other", VectorMatrix.ofVector(1, 2, 3, 4));
    Map<String, VectorMatrix> before = StoreModel.actual(store);
    store.close();
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, OPTIONS)) {
      store = unrecovered.recover(_ -> 105).store();
    }
    assertEquals(Optional.of(100L), store.file(new TreePath("d0/f0"), 0).map(FileNode::inode));
    assertEquals(Optional.empty(), store.file(new TreePath("d0/f1"), 0));
    FileNode linked = store.file(new TreePath("unknown"), 105).orElseThrow();
    assertEquals(
        Set.of(new TreePath("d5/f5"), new TreePath("d6/linked")), Set.copyOf(store.paths(linked)));
    assertEquals(List.of("default", "other"), store.collectionsOf(new TreePath("d6/linked"), 105));
    assertTrue(store.get(new TreePath("d6/linked"), 0, "other").isPresent());
    VectorCollection collection = store.collection("default").orElseThrow();
    DirectoryNode directory = store.directory(new TreePath("d6")).orElseThrow();
    for (int slot = 0; slot < collection.slotLimit(); slot++) {
      boolean within =
          store.paths(collection.owner(slot)).stream()
              .anyMatch(path -> path.isWithin(new TreePath("d6")));
      assertEquals(within, collection.isWithin(slot, directory), "slot " + slot);
    }
    assertEquals(before, StoreModel.actual(store));
  }

  @Test
  void filesAtRest_changed_areNoLongerWhatTheyWere() throws VectorFailure {
    store.close();
    store = open(directory).store();
    FileNode moved = store.file(new TreePath("d0/f0"), 100).orElseThrow();
    HostChanges.rename(store, new TreePath("d0/f0"), new TreePath("moved"));
    assertEquals(List.of(new TreePath("moved")), store.paths(moved));
    assertEquals(Optional.empty(), store.file(new TreePath("d0/f0"), 0));
    HostChanges.removeDirectory(store, new TreePath("d1"));
    assertEquals(Optional.empty(), store.directory(new TreePath("d1")));
    assertEquals(Optional.empty(), store.file(new TreePath("gone"), 101));
    for (int i = 2; i < 60; i += 7) {
      store.unlinked(new TreePath("d2/f" + i));
    }
    assertEquals(Optional.empty(), store.directory(new TreePath("d2")));
    HostChanges.rename(store, new TreePath("d3"), new TreePath("d4/sub"));
    assertTrue(store.file(new TreePath("d4/sub/f3"), 103).isPresent());
    Map<String, VectorMatrix> expected = StoreModel.actual(store);
    store.upkeep().checkpoint();
    assertEquals(expected, StoreModel.actual(open(directory.afterKill()).store()));
    assertEquals(expected, StoreModel.actual(store));
  }

  @Test
  void segmentOfFormat1_isReadAndNotAppendedTo() throws VectorFailure {
    SegmentHeader old = new SegmentHeader(new UUID(3, 4), 1, 1, 0, 1, 0);
    MemoryDirectory disk = new MemoryDirectory(CAPACITY_BYTES);
    byte[] header = new byte[SegmentHeader.BYTES];
    old.encode().get(header);
    disk.with(SegmentHeader.fileName(1), header);
    VectorStore upgraded = open(disk).store();
    upgraded.put(new TreePath("a"), 1, "default", VectorMatrix.ofVector(1, 2));
    assertEquals(List.of(SegmentHeader.fileName(1), SegmentHeader.fileName(2)), disk.list());
    assertEquals(1, StoreModel.actual(open(disk.afterKill()).store()).size());
  }
}
