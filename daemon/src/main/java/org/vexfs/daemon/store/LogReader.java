package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.io.MappedFile;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;

/// Reads the whole log once: first a segment's checksums, then, from what they vouch for, its
/// records. FORMAT.md, "Recovery", says what is torn and what is damaged.
final class LogReader {
  private static final String ADVICE =
      "; nothing was changed: restore the store from a copy, or move it away to start an empty one";

  private final StorageDirectory directory;
  private final StoreOptions options;
  private final List<LogSegment> segments;
  private final Contents contents = new Contents();

  private Optional<UUID> store = Optional.empty();
  private long nextSequence = 1;
  private long records;
  private Optional<RecoveryReport.Tear> tear = Optional.empty();

  /// Fills `segments`, which the caller closes where reading fails.
  LogReader(StorageDirectory directory, StoreOptions options, List<LogSegment> segments) {
    this.directory = directory;
    this.options = options;
    this.segments = segments;
  }

  /// What the log adds up to.
  Contents contents() {
    return contents;
  }

  /// What the store is called in its segments; a new name where there are none.
  UUID store() {
    return store.orElseGet(UUID::randomUUID);
  }

  /// The sequence number of the last record.
  long lastSequence() {
    return nextSequence - 1;
  }

  /// Reads the segments in these files, in the order of their numbers.
  RecoveryReport read(List<String> names) throws IOException, VectorFailure {
    List<String> ordered =
        names.stream().sorted(Comparator.comparingLong(SegmentHeader::numberOf)).toList();
    List<String> begun = withoutTornStart(ordered);
    for (String name : begun) {
      boolean last = name.equals(begun.getLast());
      LogSegment segment = openSegment(name, last);
      segments.add(segment);
      replay(segment);
      if (!last) {
        segment.file().abandon();
      }
    }
    contents.endReplay();
    return new RecoveryReport(segments.size(), records, tear);
  }

  /// Removes the last segment where a crash kept it from being begun. A header is durable before
  /// anything follows it: only the last one can be torn, and then nothing follows.
  private List<String> withoutTornStart(List<String> names) throws IOException, VectorFailure {
    if (names.isEmpty()) {
      return names;
    }
    String name = names.getLast();
    long size;
    try (StorageFile file = directory.open(name);
        Arena arena = Arena.ofConfined()) {
      size = file.size();
      MemorySegment bytes = file.map(0, size, arena);
      boolean bare = size <= SegmentHeader.BYTES || SegmentScan.isZero(bytes, SegmentHeader.BYTES);
      if (!bare || SegmentHeader.read(bytes, name).isPresent()) {
        return names;
      }
    }
    directory.delete(name);
    directory.sync();
    tear = Optional.of(new RecoveryReport.Tear(name, 0, size, 0));
    return names.subList(0, names.size() - 1);
  }

  private LogSegment openSegment(String name, boolean last) throws IOException, VectorFailure {
    StorageFile file = directory.open(name);
    boolean opened = false;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = file.map(0, file.size(), arena);
      Optional<SegmentHeader> header = SegmentHeader.read(bytes, name);
      if (header.isEmpty()) {
        throw new StoreBroken(name + " does not begin with a sound header" + ADVICE);
      }
      checkOrder(header.get(), name);
      SegmentScan scan = SegmentScan.of(header.get(), bytes, name);
      if (scan.flawed()) {
        judge(name, bytes, scan, last);
      }
      if (last) {
        // Also makes durable what a killed process had left in the page cache only.
        file.truncate(scan.end());
        file.sync();
      }
      nextSequence = scan.nextSequence();
      MappedFile mapped = MappedFile.of(file, scan.end(), options.windowBytes());
      opened = true;
      return new LogSegment(header.get(), mapped, scan.end());
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private void checkOrder(SegmentHeader header, String name) throws StoreBroken {
    if (header.number() != SegmentHeader.numberOf(name)) {
      throw new StoreBroken(name + " holds segment " + header.number() + " by its header" + ADVICE);
    }
    if (!store.orElse(header.store()).equals(header.store())) {
      throw new StoreBroken(name + " is of another store than the segments before it" + ADVICE);
    }
    if (header.firstSequence() != nextSequence) {
      throw new StoreBroken(
          name
              + " begins with record "
              + header.firstSequence()
              + ", but the segments before it end before record "
              + nextSequence
              + ": a segment is missing or was cut"
              + ADVICE);
    }
    store = Optional.of(header.store());
  }

  private void judge(String name, MemorySegment bytes, SegmentScan scan, boolean last)
      throws StoreBroken {
    if (!last || tear.isPresent()) {
      throw new StoreBroken(
          name
              + " is damaged at byte "
              + scan.end()
              + ": the segments after it prove that it was whole"
              + ADVICE);
    }
    if (scan.damaged()) {
      throw new StoreBroken(
          name
              + " is damaged at byte "
              + scan.end()
              + ": a record after it proves that it was durable"
              + ADVICE);
    }
    tear =
        Optional.of(
            new RecoveryReport.Tear(
                name, scan.end(), bytes.byteSize() - scan.end(), scan.soundAfter()));
  }

  private void replay(LogSegment segment) throws IOException, StoreBroken {
    MemorySegment region = segment.file().regionFor(0, segment.end());
    long position = SegmentHeader.BYTES;
    while (position < segment.end()) {
      RecordHeader header = RecordHeader.read(region, position);
      try {
        LogRecord record = RecordCodec.decode(header, region, position, position);
        contents.apply(record, new LogPosition(segment, position, region, position));
        if (!header.more()) {
          contents.endChange();
        }
      } catch (StoreBroken e) {
        throw new StoreBroken(
            segment.file().name()
                + ": the sound record at byte "
                + position
                + " makes no sense: "
                + e.getMessage()
                + ADVICE);
      }
      records++;
      position += header.length();
    }
  }
}
