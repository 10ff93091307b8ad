package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;

/// Where the sound records of a segment end, and why; FORMAT.md, "Recovery".
///
/// @param end the end of the last whole change
/// @param nextSequence the sequence number that the next record would have
/// @param flawed whether anything but zeros follows the end
/// @param damaged whether what follows is known to have been durable, so that it is no torn tail
/// @param soundAfter sound records that follow the flaw
record SegmentScan(long end, long nextSequence, boolean flawed, boolean damaged, long soundAfter) {

  /// Checks every record of a segment against its checksum, from `from` on, where record `sequence`
  /// is due.
  ///
  /// @throws StoreTooNew where a sound record is of a type or has flags that this version does not
  ///   know
  static SegmentScan of(
      SegmentHeader header, MemorySegment bytes, String file, long from, long firstSequence)
      throws StoreTooNew {
    RecordChecksum checksum = new RecordChecksum(header.store(), header.number());
    long position = from;
    long sequence = firstSequence;
    long end = position;
    long nextSequence = sequence;
    while (isSound(bytes, position, checksum)) {
      RecordHeader record = RecordHeader.read(bytes, position);
      if (record.sequence() != sequence) {
        break;
      }
      checkKnown(record, header, file);
      position += record.length();
      sequence++;
      if (!record.more()) {
        end = position;
        nextSequence = sequence;
      }
    }
    if (isZero(bytes, end)) {
      return new SegmentScan(end, nextSequence, false, false, 0);
    }
    return search(bytes, position, checksum, end, nextSequence);
  }

  /// Looks at every place after a flaw where a record could begin. One that says the flawed one was
  /// durable before it was written proves damage; without such a witness the rest was never synced,
  /// and a crash may have torn and reordered it.
  private static SegmentScan search(
      MemorySegment bytes, long from, RecordChecksum checksum, long end, long nextSequence) {
    boolean damaged = false;
    long soundAfter = 0;
    long position = from;
    while (position + RecordHeader.BYTES <= bytes.byteSize()) {
      if (isSound(bytes, position, checksum)) {
        RecordHeader witness = RecordHeader.read(bytes, position);
        damaged |= witness.synced() >= nextSequence;
        soundAfter++;
        position += witness.length();
      } else {
        position += RecordHeader.ALIGNMENT;
      }
    }
    return new SegmentScan(end, nextSequence, true, damaged, soundAfter);
  }

  private static boolean isSound(MemorySegment bytes, long position, RecordChecksum checksum) {
    if (position + RecordHeader.BYTES > bytes.byteSize()) {
      return false;
    }
    RecordHeader record = RecordHeader.read(bytes, position);
    return record.fits(position, bytes.byteSize())
        && record.synced() < record.sequence()
        && record.checksum() == checksum.of(bytes, position, record.length(), position);
  }

  /// Whether nothing but zeros follows.
  static boolean isZero(MemorySegment bytes, long from) {
    for (long position = from; position < bytes.byteSize(); position++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, position) != 0) {
        return false;
      }
    }
    return true;
  }

  private static void checkKnown(RecordHeader record, SegmentHeader segment, String file)
      throws StoreTooNew {
    if (!RecordCodec.isKnown(record.type()) || (record.flags() & ~RecordHeader.MORE) != 0) {
      throw new StoreTooNew(
          file
              + " (format "
              + segment.version()
              + ") holds a record of type "
              + record.type()
              + " and flags "
              + record.flags()
              + ", which this version (format "
              + SegmentHeader.VERSION
              + ") does not know: use the newer VexFS");
    }
  }
}
