package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Puts the records of a change together as they will lie in a segment.
final class ChangeEncoder {
  private ChangeEncoder() {}

  /// Bytes of a change whose first record lies at `start`.
  static long lengthAt(long start, List<LogRecord> change) {
    long position = start;
    for (LogRecord record : change) {
      position += RecordCodec.length(record, position);
    }
    return position - start;
  }

  /// Writes a change to `buffer`, as it will lie at the end of a segment, and tells where each of
  /// its records will.
  ///
  /// @param values those of the put among the records
  /// @param sequence the last record's number before the change
  /// @param synced the last record that is known to be durable
  static List<Long> encode(
      MemorySegment buffer,
      LogSegment segment,
      List<LogRecord> change,
      float[] values,
      long sequence,
      long synced) {
    List<Long> positions = new ArrayList<>(change.size());
    long start = segment.end();
    long position = start;
    long number = sequence;
    for (LogRecord record : change) {
      positions.add(position);
      long offset = position - start;
      int length = (int) RecordCodec.length(record, position);
      number++;
      boolean more = positions.size() < change.size();
      RecordHeader header =
          new RecordHeader(
              length, RecordCodec.type(record), more ? RecordHeader.MORE : 0, number, synced, 0);
      header.write(buffer, offset);
      RecordCodec.encode(record, values, buffer, offset, position);
      int checksum = segment.checksum().of(buffer, offset, length, position);
      header.withChecksum(checksum).write(buffer, offset);
      position += length;
    }
    return positions;
  }
}
