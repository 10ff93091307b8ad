package org.vexfs.daemon.store;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.io.MappedFile;

/// One file of the log. Appending is under the writer lock; what is mapped stays readable until the
/// store is closed.
final class LogSegment implements Closeable {
  private final SegmentHeader header;
  private final MappedFile file;
  private final RecordChecksum checksum;

  /// Where the next record goes; written under the writer lock.
  private volatile long end;

  /// Bytes of the records that hold live entries; written under the writer lock.
  private volatile long liveBytes;

  /// The segment with this header whose file has its records, as far as they are sound, up to
  /// `end`.
  LogSegment(SegmentHeader header, MappedFile file, long end) {
    this.header = header;
    this.file = file;
    this.checksum = new RecordChecksum(header.store(), header.number());
    this.end = end;
  }

  long number() {
    return header.number();
  }

  MappedFile file() {
    return file;
  }

  RecordChecksum checksum() {
    return checksum;
  }

  long end() {
    return end;
  }

  SegmentHeader header() {
    return header;
  }

  long liveBytes() {
    return liveBytes;
  }

  /// Notes that a record of so many bytes holds a live entry, or, negative, does not any more.
  void addLiveBytes(long bytes) {
    long sum = liveBytes + bytes;
    liveBytes = sum;
  }

  /// Bytes of the records that hold nothing live.
  long deadBytes() {
    return end - SegmentHeader.BYTES - liveBytes;
  }

  /// The share of this segment that compaction would give back, 0 … 1.
  double deadShare() {
    return 1 - (double) liveBytes / Math.max(1, end - SegmentHeader.BYTES);
  }

  boolean isEmpty() {
    return end == SegmentHeader.BYTES;
  }

  /// Appends whole records, which read back from the region given.
  MemorySegment append(MemorySegment records) throws IOException {
    long start = end;
    MemorySegment region = file.regionFor(start, records.byteSize());
    file.write(records.asByteBuffer(), start);
    end = start + records.byteSize();
    return region;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
