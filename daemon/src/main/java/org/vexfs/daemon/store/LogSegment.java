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
