package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.store.StoreModel.assertMentions;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.MemoryDirectory;

/// What a store makes of bytes that nobody wrote: every one of them, and every length.
final class StoreDamageTest {
  private static final int CAPACITY_BYTES = 32 << 10;
  private static final StoreOptions OPTIONS = new StoreOptions(CAPACITY_BYTES / 2, 1 << 10);
  private static final String SEGMENT = SegmentHeader.fileName(1);
  private static final HostProbe NOTHING = _ -> 0;
  private static final long SEED = 7;

  /// What the store held after each step, the last one last.
  private final List<Map<String, VectorMatrix>> history = new ArrayList<>();

  private final MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
  private VectorStore store;

  @BeforeEach
  void fill() throws VectorFailure {
    store = open(directory).store();
    RandomChanges changes = new RandomChanges(new Random(SEED));
    history.add(Map.of());
    while (store.state().bytes() < 2_500) {
      changes.change(store);
      history.add(StoreModel.actual(store));
    }
  }

  private static UnrecoveredStore.Recovered open(MemoryDirectory directory) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, OPTIONS)) {
      return unrecovered.recover(NOTHING);
    }
  }

  private static MemoryDirectory of(byte[] segment) {
    return new MemoryDirectory(CAPACITY_BYTES).with(SEGMENT, segment);
  }

  private byte[] written() {
    return Arrays.copyOf(directory.bytes(SEGMENT), (int) store.state().bytes());
  }

  @Test
  void truncation_atEveryLength_leavesAnEarlierState() throws VectorFailure {
    byte[] whole = written();
    int before = 0;
    for (int length = 0; length <= whole.length; length++) {
      MemoryDirectory cut = of(Arrays.copyOf(whole, length));
      UnrecoveredStore.Recovered recovered = open(cut);
      int state =
          history.subList(before, history.size()).indexOf(StoreModel.actual(recovered.store()));
      assertTrue(state >= 0, "length " + length + " holds no state since that of a shorter one");
      before += state;
      long kept = recovered.report().tear().map(RecoveryReport.Tear::offset).orElse((long) length);
      long torn = recovered.report().tear().map(RecoveryReport.Tear::bytes).orElse(0L);
      assertEquals(length, kept + torn, "what was cut is reported");
      byte[] left = kept == 0 ? new byte[0] : cut.bytes(SEGMENT);
      assertTrue(Arrays.equals(left, 0, (int) kept, whole, 0, (int) kept), "what was not is there");
      recovered.store().close();
    }
    assertEquals(history.getLast(), history.get(before));
  }

  @Test
  void flippedByte_ofAKilledStore_isReportedOrCut() throws VectorFailure {
    byte[] whole = written();
    Random random = new Random(SEED);
    int cut = 0;
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      try {
        UnrecoveredStore.Recovered recovered = open(of(flipped));
        assertTrue(recovered.report().tear().isPresent(), "byte " + at + " went unnoticed");
        assertTrue(
            history.contains(StoreModel.actual(recovered.store())), "byte " + at + " made it up");
        cut++;
      } catch (StoreBroken e) {
        assertTrue(at < SegmentHeader.BYTES, "nothing was synced, so only the header is damage");
      }
    }
    assertEquals(whole.length - SegmentHeader.BYTES, cut);
  }

  @Test
  void flippedByte_ofAClosedStore_isReported() throws VectorFailure {
    store.close();
    byte[] whole = directory.bytes(SEGMENT);
    int seal = whole.length - RecordHeader.BYTES;
    Random random = new Random(SEED);
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      if (at < seal) {
        StoreBroken broken = assertThrows(StoreBroken.class, () -> open(of(flipped)));
        assertMentions(SEGMENT, broken);
      } else {
        assertEquals(history.getLast(), StoreModel.actual(open(of(flipped)).store()));
      }
    }
  }

  @Test
  void damage_refused_releasesTheStoreAndChangesNothing() throws VectorFailure {
    store.close();
    byte[] flipped = directory.bytes(SEGMENT);
    flipped[SegmentHeader.BYTES + 3] ^= 1;
    MemoryDirectory damaged = of(flipped);
    assertThrows(StoreBroken.class, () -> open(damaged));
    assertThrows(StoreBroken.class, () -> open(damaged), "and not StoreInUse");
    assertTrue(Arrays.equals(flipped, damaged.bytes(SEGMENT)));
  }

  @Test
  void syncedRecord_damagedBeforeALaterOne_isDamage() throws VectorFailure {
    int start = (int) store.state().bytes();
    store.put(new TreePath("synced"), 1, "default", VectorMatrix.ofVector(1, 2, 3));
    store.sync();
    store.put(new TreePath("after"), 2, "default", VectorMatrix.ofVector(4, 5, 6));
    byte[] flipped = written();
    flipped[start + 20] ^= 4;
    assertThrows(StoreBroken.class, () -> open(of(flipped)));
  }

  @Test
  void unsyncedRecord_lostBeforeALaterOne_isATornTail() throws VectorFailure {
    store.sync();
    int start = (int) store.state().bytes();
    Map<String, VectorMatrix> synced = StoreModel.actual(store);
    store.put(new TreePath("lost"), 1, "default", VectorMatrix.ofVector(1, 2, 3));
    int end = (int) store.state().bytes();
    store.put(new TreePath("after"), 2, "default", VectorMatrix.ofVector(4, 5, 6));
    byte[] holed = written();
    Arrays.fill(holed, start, end, (byte) 0);
    UnrecoveredStore.Recovered recovered = open(of(holed));
    RecoveryReport.Tear tear = recovered.report().tear().orElseThrow();
    assertEquals(start, tear.offset());
    assertEquals(2, tear.soundRecords());
    assertEquals(synced, StoreModel.actual(recovered.store()));
  }

  @Test
  void recordImage_insideAVector_isNoWitness() throws VectorFailure {
    store.sync();
    store.put(new TreePath("sealed"), 1, "default", VectorMatrix.ofVector(1, 2, 3));
    int start = (int) store.state().bytes();
    byte[] records = Arrays.copyOfRange(written(), SegmentHeader.BYTES, start);
    float[] image = new float[records.length / Float.BYTES];
    ByteBuffer.wrap(records).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(image);
    for (int i = 0; i < image.length; i++) {
      image[i] = Float.isFinite(image[i]) ? image[i] : 0;
    }
    store.put(new TreePath("image"), 2, "images", new VectorMatrix(1, image.length, image));
    byte[] flipped = written();
    flipped[flipped.length - 1] ^= 1;
    assertEquals(0, open(of(flipped)).report().tear().orElseThrow().soundRecords());
  }

  @Test
  void segmentInTheMiddle_missing_isReported() throws VectorFailure {
    MemoryDirectory rolled = rolledStore();
    MemoryDirectory gap = rolled.afterKill();
    assertTrue(gap.list().size() > 3, "too few segments");
    MemoryDirectory holed = new MemoryDirectory(CAPACITY_BYTES);
    for (String name : gap.list()) {
      if (!name.equals(SegmentHeader.fileName(2))) {
        holed.with(name, gap.bytes(name));
      }
    }
    StoreBroken broken = assertThrows(StoreBroken.class, () -> open(holed));
    assertMentions(SegmentHeader.fileName(2) + " is missing", broken);
  }

  @Test
  void segmentInTheMiddle_damaged_isReported() throws VectorFailure {
    MemoryDirectory rolled = rolledStore();
    byte[] second = rolled.bytes(SegmentHeader.fileName(2));
    second[second.length - 1] ^= 1;
    rolled.with(SegmentHeader.fileName(2), second);
    StoreBroken broken = assertThrows(StoreBroken.class, () -> open(rolled));
    assertMentions(SegmentHeader.fileName(2), broken);
  }

  private static MemoryDirectory rolledStore() throws VectorFailure {
    MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
    VectorStore store =
        UnrecoveredStore.open(directory, new StoreOptions(1024, 512)).recover(NOTHING).store();
    for (int i = 0; i < 40; i++) {
      store.put(new TreePath("f" + i), i + 1, "default", VectorMatrix.ofVector(i, 1));
    }
    return directory.afterKill();
  }

  @Test
  void segmentStart_tornByACrash_isRemovedAndBegunAgain() throws VectorFailure {
    MemoryDirectory rolled = rolledStore();
    Map<String, VectorMatrix> expected = StoreModel.actual(open(rolled.afterKill()).store());
    String next = SegmentHeader.fileName(rolled.list().size() + 1);
    rolled.with(next, new byte[SegmentHeader.BYTES - 1]);
    UnrecoveredStore.Recovered recovered = open(rolled);
    assertEquals(next, recovered.report().tear().orElseThrow().file());
    assertEquals(expected, StoreModel.actual(recovered.store()));
    for (int i = 0; i < 40; i++) {
      recovered.store().put(new TreePath("g" + i), 100 + i, "default", VectorMatrix.ofVector(i, 2));
    }
    Map<String, VectorMatrix> grown = StoreModel.actual(recovered.store());
    recovered.store().close();
    assertEquals(grown, StoreModel.actual(open(rolled).store()));
  }

  @Test
  void segmentOfANewerMajorVersion_isRefusedNamingBoth() {
    SegmentHeader header = new SegmentHeader(new UUID(1, 2), 1, 1, 0);
    byte[] bytes = header.encode().array();
    bytes[8] = 9;
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 60);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(60, (int) crc.getValue());
    StoreTooNew refused =
        assertThrows(StoreTooNew.class, () -> UnrecoveredStore.open(of(bytes), OPTIONS));
    assertMentions("9." + SegmentHeader.MINOR, refused);
    assertMentions(SegmentHeader.VERSION, refused);
  }

  @Test
  void recordOfAnUnknownType_isRefusedNamingBothVersions() {
    SegmentHeader header = new SegmentHeader(new UUID(1, 2), 1, 1, 0, 1, 3);
    byte[] bytes = Arrays.copyOf(header.encode().array(), 96);
    MemorySegment segment = MemorySegment.ofArray(bytes);
    RecordHeader record = new RecordHeader(32, (byte) 77, (byte) 0, 1, 0, 0);
    record.write(segment, 64);
    int checksum = new RecordChecksum(header.store(), 1).of(segment, 64, 32, 64);
    record.withChecksum(checksum).write(segment, 64);
    StoreTooNew refused = assertThrows(StoreTooNew.class, () -> open(of(bytes)));
    assertMentions("1.3", refused);
    assertMentions("(format " + SegmentHeader.VERSION, refused);
  }
}
