package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/// The checksum of a record: CRC32C over where it lies (store, segment, position) and what it says.
///
/// With the place in it, the image of a record, say inside a vector that somebody stored or on a
/// block that the disk misplaced, is no record.
final class RecordChecksum {
  private static final int PLACE_BYTES = 32;

  private final UUID store;
  private final long segment;

  /// For the records of one segment of one store.
  RecordChecksum(UUID store, long segment) {
    this.store = store;
    this.segment = segment;
  }

  /// Over the record of `length` bytes at `offset` of `bytes`, which is `position` in the segment.
  int of(MemorySegment bytes, long offset, int length, long position) {
    ByteBuffer record = bytes.asSlice(offset, length).asByteBuffer();
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(PLACE_BYTES)
            .putLong(store.getMostSignificantBits())
            .putLong(store.getLeastSignificantBits())
            .putLong(segment)
            .putLong(position)
            .flip());
    crc.update(record.limit(RecordHeader.CHECKSUM_OFFSET));
    crc.update(record.limit(length).position(RecordHeader.CHECKSUM_OFFSET + Integer.BYTES));
    return (int) crc.getValue();
  }
}
