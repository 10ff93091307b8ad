package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;
import org.vexfs.daemon.io.MappedFile;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;

/// Opens the segments of a log in their order, and checks that they are whole and follow one
/// another. Cuts a torn tail off where it may change anything.
final class SegmentReader {
  /// What to do about damage.
  static final String ADVICE =
      "; nothing was changed: restore the store from a copy, or move it away to start an empty one";

  private final StorageDirectory directory;
  private final StoreOptions options;
  private final List<LogSegment> segments;
  private final boolean changes;

  private Optional<UUID> store = Optional.empty();
  private long nextSequence = 1;
  private Optional<RecoveryReport.Tear> tear = Optional.empty();

  /// Fills `segments`, which the caller closes where reading fails.
  ///
  /// @param changes whether a torn tail is cut off
  SegmentReader(
      StorageDirectory directory,
      StoreOptions options,
      List<LogSegment> segments,
      boolean changes) {
    this.directory = directory;
    this.options = options;
    this.segments = segments;
    this.changes = changes;
  }

  /// What the store is called in its segments, where there are any.
  Optional<UUID> store() {
    return store;
  }

  /// The sequence number of the last record.
  long lastSequence() {
    return nextSequence - 1;
  }

  /// What was torn, where anything was.
  Optional<RecoveryReport.Tear> tear() {
    return tear;
  }

  /// Goes on as a checkpoint says: of this store, after this record.
  void resumeAt(UUID checkpointed, long sequence) {
    store = Optional.of(checkpointed);
    nextSequence = sequence + 1;
  }

  /// Removes the last segment where a crash kept it from being begun. A header is durable before
  /// anything follows it: only the last one can be torn, and then nothing follows.
  List<String> withoutTornStart(List<String> names) throws IOException, VectorFailure {
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
    if (changes) {
      directory.delete(name);
      directory.sync();
    }
    tear = Optional.of(new RecoveryReport.Tear(name, 0, size, 0));
    return names.subList(0, names.size() - 1);
  }

  /// Opens a segment before which others are missing.
  LogSegment openAfterGap(String name, boolean last) throws IOException, VectorFailure {
    try (StorageFile file = directory.open(name);
        Arena arena = Arena.ofConfined()) {
      SegmentHeader header = readHeader(file.map(0, file.size(), arena), name);
      nextSequence = Math.max(nextSequence, header.firstSequence());
    }
    return openSegment(name, last, SegmentHeader.BYTES);
  }

  /// A segment before the one in which the checkpoint ends. Its records are not looked at now: what
  /// is read of them later is checked then.
  LogSegment openSettled(String name, CheckpointCapture.Listed listed)
      throws IOException, VectorFailure {
    StorageFile file = directory.open(name);
    boolean opened = false;
    try {
      SegmentHeader header;
      try (Arena arena = Arena.ofConfined()) {
        header = readHeader(file.map(0, file.size(), arena), name);
      }
      checkIdentity(header, name);
      nextSequence = listed.firstSequence();
      checkOrder(header, name);
      if (file.size() < listed.end()) {
        throw cutOff(name, file.size(), listed.end());
      }
      MappedFile mapped = MappedFile.of(file, listed.end(), options.windowBytes());
      mapped.abandon();
      opened = true;
      LogSegment segment = new LogSegment(header, mapped, listed.end());
      segments.add(segment);
      return segment;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static StoreBroken cutOff(String name, long size, long expected) {
    return new StoreBroken(
        name
            + " has "
            + size
            + " bytes: a checkpoint proves that there were at least "
            + expected
            + ADVICE);
  }

  private static SegmentHeader readHeader(MemorySegment bytes, String name)
      throws StoreBroken, StoreTooNew {
    return SegmentHeader.read(bytes, name)
        .orElseThrow(() -> new StoreBroken(name + " does not begin with a sound header" + ADVICE));
  }

  /// A segment whose records are replayed from `from` on, where record `nextSequence` is due; at
  /// its first record, or where a checkpoint ends.
  LogSegment openSegment(String name, boolean last, long from) throws IOException, VectorFailure {
    StorageFile file = directory.open(name);
    boolean opened = false;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = file.map(0, file.size(), arena);
      SegmentHeader header = readHeader(bytes, name);
      checkIdentity(header, name);
      if (from == SegmentHeader.BYTES) {
        checkOrder(header, name);
      }
      if (bytes.byteSize() < from) {
        throw cutOff(name, bytes.byteSize(), from);
      }
      SegmentScan scan = SegmentScan.of(header, bytes, name, from, nextSequence);
      if (scan.flawed()) {
        judge(name, bytes, scan, last);
      }
      if (last && changes) {
        // Also makes durable what a killed process had left in the page cache only.
        file.truncate(scan.end());
        file.sync();
      }
      nextSequence = scan.nextSequence();
      MappedFile mapped = MappedFile.of(file, scan.end(), options.windowBytes());
      opened = true;
      LogSegment segment = new LogSegment(header, mapped, scan.end());
      segments.add(segment);
      return segment;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private void checkIdentity(SegmentHeader header, String name) throws StoreBroken {
    if (header.number() != SegmentHeader.numberOf(name)) {
      throw new StoreBroken(name + " holds segment " + header.number() + " by its header" + ADVICE);
    }
    if (!store.orElse(header.store()).equals(header.store())) {
      throw new StoreBroken(
          name + " is of another store than the segments or checkpoint before it" + ADVICE);
    }
    store = Optional.of(header.store());
  }

  private void checkOrder(SegmentHeader header, String name) throws StoreBroken {
    if (header.firstSequence() != nextSequence) {
      throw new StoreBroken(
          name
              + " begins with record "
              + header.firstSequence()
              + ", but the segments before it end before record "
              + nextSequence
              + ": a segment is missing or was cut, or was compacted and no checkpoint is left"
              + ADVICE);
    }
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

  /// A segment that is not the last needs its descriptor no more.
  static void settle(LogSegment segment, boolean last) throws IOException {
    if (!last) {
      segment.file().abandon();
    }
  }
}
