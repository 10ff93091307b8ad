package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vexfs.daemon.base.VectorMatrix;

/// The vectors of one file in one collection, and where they lie. A row is a slot; the slots of an
/// entry follow one another.
final class Entry {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int NO_SLOT = -1;

  private final FileNode file;
  private final VectorCollection collection;
  private final int rows;
  private final int dimension;
  private final LogSegment segment;
  private final MemorySegment region;
  private final long position;
  private final long offset;
  private final int recordBytes;

  private int firstSlot = NO_SLOT;
  private volatile boolean live = true;

  /// The entry that `put` makes for `file` in `collection`, placed where the log has it.
  Entry(FileNode file, VectorCollection collection, LogRecord.Put put, LogPosition at) {
    this.file = file;
    this.collection = collection;
    this.rows = put.rows();
    this.dimension = put.dimension();
    this.segment = at.segment();
    this.region = at.region();
    this.position = at.position();
    this.offset = at.offset() + RecordCodec.valuesOffset(at.position());
    this.recordBytes = (int) RecordCodec.length(put, at.position());
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

  /// A copy of the values.
  VectorMatrix matrix() {
    float[] values = new float[rows * dimension];
    MemorySegment.copy(region, FLOAT, offset, values, 0, values.length);
    return new VectorMatrix(rows, dimension, values);
  }
}
