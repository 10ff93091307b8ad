package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The fixed part that every record of the log begins with; FORMAT.md, "Records".
///
/// @param length bytes of the whole record, a multiple of 8
/// @param type what [RecordCodec] takes the body for
/// @param flags [#MORE] or 0
/// @param sequence one more than the record's before it
/// @param synced all records up to this sequence number were durable when this one was written
/// @param checksum over everything else, see [RecordChecksum]
record RecordHeader(int length, byte type, byte flags, long sequence, long synced, int checksum) {
  /// Bytes of a header.
  static final int BYTES = 32;

  /// What every record begins at a multiple of.
  static final int ALIGNMENT = 8;

  /// Flag: the change goes on in the next record; a change counts whole or not at all.
  static final byte MORE = 1;

  /// Where the checksum lies, which it does not cover itself.
  static final int CHECKSUM_OFFSET = 24;

  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Reads the header at `position`, where at least [#BYTES] follow.
  static RecordHeader read(MemorySegment bytes, long position) {
    return new RecordHeader(
        bytes.get(INT, position),
        bytes.get(ValueLayout.JAVA_BYTE, position + 4),
        bytes.get(ValueLayout.JAVA_BYTE, position + 5),
        bytes.get(LONG, position + 8),
        bytes.get(LONG, position + 16),
        bytes.get(INT, position + CHECKSUM_OFFSET));
  }

  /// Writes the header at `position`; bytes without meaning stay as they are, zero.
  void write(MemorySegment bytes, long position) {
    bytes.set(INT, position, length);
    bytes.set(ValueLayout.JAVA_BYTE, position + 4, type);
    bytes.set(ValueLayout.JAVA_BYTE, position + 5, flags);
    bytes.set(LONG, position + 8, sequence);
    bytes.set(LONG, position + 16, synced);
    bytes.set(INT, position + CHECKSUM_OFFSET, checksum);
  }

  /// The same, with its checksum.
  RecordHeader withChecksum(int checksum) {
    return new RecordHeader(length, type, flags, sequence, synced, checksum);
  }

  /// Whether the change goes on in the next record.
  boolean more() {
    return (flags & MORE) != 0;
  }

  /// Whether a record that claims this length can lie at `position` of so many bytes.
  boolean fits(long position, long size) {
    return length >= BYTES && length % ALIGNMENT == 0 && position + length <= size;
  }
}
