package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vexfs.daemon.base.VectorMatrix;

/// The vectors of one file in one collection, and where they lie. A row is a slot; the slots of an
/// entry follow one another.
///
/// Whoever reads where the values lie, or the values themselves, holds a [VectorStore.Pin] or is
/// the writer: compaction moves entries.
final class Entry {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int NO_SLOT = -1;

  private final FileNode file;
  private final VectorCollection collection;
  private final int rows;
  private final int dimension;
  private int firstSlot = NO_SLOT;
  private volatile boolean live = true;

  /// Where the record lies. Changed by compaction only, which excludes readers meanwhile.
  private LogSegment segment;

  private MemorySegment region;
  private long position;
  private long offset;
  private int recordBytes;

  /// Whether the record's checksum was found to hold since the store was opened.
  private boolean verified;

  /// The entry of `file` in `collection` whose record lies at a place of the log.
  Entry(FileNode file, VectorCollection collection, int rows, LogPosition at) {
    this.file = file;
    this.collection = collection;
    this.rows = rows;
    this.dimension = collection.dimension();
    this.segment = at.segment();
    this.region = at.region();
    place(at);
  }

  /// Another entry for the same record, without slots.
  Entry again() {
    long start = offset - RecordCodec.valuesOffset(position);
    return new Entry(file, collection, rows, new LogPosition(segment, position, region, start));
  }

  /// Moves to where a copy of the record lies. No reader may be at it.
  void place(LogPosition at) {
    segment = at.segment();
    region = at.region();
    position = at.position();
    offset = at.offset() + RecordCodec.valuesOffset(position);
    recordBytes = (int) RecordCodec.entryLength(rows, dimension, position);
    verified = false;
  }

  FileNode file() {
    return file;
  }

  VectorCollection collection() {
    return collection;
  }

  int rows() {
    return rows;
  }

  int dimension() {
    return dimension;
  }

  /// The segment that holds the record.
  LogSegment segment() {
    return segment;
  }

  /// Where in the segment's file the record begins.
  long position() {
    return position;
  }

  /// Bytes that the record takes in the log.
  int recordBytes() {
    return recordBytes;
  }

  /// The mapped memory that holds the values.
  MemorySegment region() {
    return region;
  }

  /// Where in the region the row in `slot` begins.
  long offset(int slot) {
    return offset + (long) (slot - firstSlot) * dimension * Float.BYTES;
  }

  /// The slot of the first row; only after [#occupy].
  int firstSlot() {
    return firstSlot;
  }

  /// Whether this has slots yet: during replay an entry may die without ever having had any.
  boolean hasSlots() {
    return firstSlot != NO_SLOT;
  }

  void occupy(int firstSlot) {
    this.firstSlot = firstSlot;
  }

  /// Whether this is still what the file has in the collection.
  boolean isLive() {
    return live;
  }

  void retire() {
    live = false;
  }

  /// Whether the record is what was written. Asked before its values are shown to anybody; what was
  /// found sound is not looked at again.
  boolean isSound() {
    if (!verified) {
      long start = offset - RecordCodec.valuesOffset(position);
      int checksum = segment.checksum().of(region, start, recordBytes, position);
      verified = RecordHeader.read(region, start).checksum() == checksum;
    }
    return verified;
  }

  /// A copy of the values.
  VectorMatrix matrix() {
    float[] values = new float[rows * dimension];
    MemorySegment.copy(region, FLOAT, offset, values, 0, values.length);
    return new VectorMatrix(rows, dimension, values);
  }
}
