package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.io.StorageDirectory;

/// Reads the log once, from its start or from where a checkpoint ends: first a segment's checksums,
/// then, from what they vouch for, its records. FORMAT.md, "Recovery", says what is torn and what
/// is damaged.
final class LogReader {
  private static final String ADVICE = SegmentReader.ADVICE;

  private final List<LogSegment> segments;
  private final SegmentReader reader;
  private final Contents contents = new Contents();

  private long records;
  private long replayedBytes;

  /// Segments whose files are still there, though the checkpoint does without them.
  private final List<Long> leftOver = new ArrayList<>();

  private LogReader(
      StorageDirectory directory,
      StoreOptions options,
      List<LogSegment> segments,
      boolean changes) {
    this.segments = segments;
    this.reader = new SegmentReader(directory, options, segments, changes);
  }

  /// Cuts a torn tail off and makes the log ready to be appended to. Fills `segments`, which the
  /// caller closes where reading fails.
  LogReader(StorageDirectory directory, StoreOptions options, List<LogSegment> segments) {
    this(directory, options, segments, true);
  }

  /// Leaves everything as it is. Fills `segments`, which the caller closes.
  static LogReader thatChangesNothing(
      StorageDirectory directory, StoreOptions options, List<LogSegment> segments) {
    return new LogReader(directory, options, segments, false);
  }

  /// What the log adds up to.
  Contents contents() {
    return contents;
  }

  /// What the store is called in its segments; a new name where there are none.
  UUID store() {
    return reader.store().orElseGet(UUID::randomUUID);
  }

  /// The sequence number of the last record.
  long lastSequence() {
    return reader.lastSequence();
  }

  /// Bytes of the records that were replayed.
  long replayedBytes() {
    return replayedBytes;
  }

  /// Segments whose files are still there, though the checkpoint does without them.
  List<Long> leftOver() {
    return leftOver;
  }

  /// Reads the segments in these files, in the order of their numbers, from where the latest
  /// checkpoint ends.
  RecoveryReport read(List<String> names, Checkpoints checkpoints)
      throws IOException, VectorFailure {
    List<String> ordered =
        names.stream().sorted(Comparator.comparingLong(SegmentHeader::numberOf)).toList();
    Optional<CheckpointFile> checkpoint = checkpoints.latest();
    boolean rebuilt = false;
    if (checkpoint.isPresent()) {
      resume(checkpoint.get(), ordered);
    } else {
      List<String> begun = reader.withoutTornStart(ordered);
      List<LogRecord.Numbers> gaps = gaps(begun);
      rebuilt = !gaps.isEmpty();
      if (rebuilt) {
        rebuild(begun, gaps);
      } else {
        readFromStart(begun, checkpoints.unsound());
      }
    }
    contents.endReplay();
    return new RecoveryReport(
        segments.size(),
        records,
        checkpoint.map(CheckpointFile::name),
        checkpoints.unsound(),
        rebuilt,
        reader.tear());
  }

  /// The numbers that are missing among those of these segments, from 1 on.
  private static List<LogRecord.Numbers> gaps(List<String> names) {
    List<LogRecord.Numbers> gaps = new ArrayList<>();
    long next = 1;
    for (String name : names) {
      long number = SegmentHeader.numberOf(name);
      if (number > next) {
        gaps.add(new LogRecord.Numbers(next, number - 1));
      }
      next = number + 1;
    }
    return gaps;
  }

  /// Makes do with the segments that compaction has left.
  private void rebuild(List<String> names, List<LogRecord.Numbers> gaps)
      throws IOException, VectorFailure {
    long expected = 1;
    for (String name : names) {
      boolean last = name.equals(names.getLast());
      long number = SegmentHeader.numberOf(name);
      SegmentReader.settle(
          number == expected
              ? reader.openSegment(name, last, SegmentHeader.BYTES)
              : reader.openAfterGap(name, last),
          last);
      expected = number + 1;
    }
    SurvivingRecords surviving = new SurvivingRecords(lastRetirement());
    leaveOut(surviving);
    for (LogSegment segment : segments) {
      replay(segment, SegmentHeader.BYTES, (record, at, _) -> surviving.add(record, at));
    }
    for (LogRecord.Numbers gap : gaps) {
      if (!surviving.isRetired(gap)) {
        throw new StoreBroken(
            SegmentHeader.fileName(gap.first())
                + (gap.first() == gap.last() ? "" : " to " + SegmentHeader.fileName(gap.last()))
                + " is missing from the log, no checkpoint is left, and nothing says that it was"
                + " compacted"
                + ADVICE);
      }
    }
    try {
      surviving.into(contents);
    } catch (StoreBroken e) {
      throw new StoreBroken(
          "no checkpoint is left, and the segments of the log do not fit together: "
              + e.getMessage()
              + ADVICE);
    }
  }

  /// What the log says last about segments that were compacted.
  private LogRecord.Retire lastRetirement() throws StoreBroken {
    List<LogRecord.Retire> found = new ArrayList<>();
    for (LogSegment segment : segments.reversed()) {
      replay(
          segment,
          SegmentHeader.BYTES,
          (record, _, _) -> {
            if (record instanceof LogRecord.Retire retire) {
              found.add(retire);
            }
          });
      if (!found.isEmpty()) {
        return found.getLast();
      }
    }
    return new LogRecord.Retire(List.of());
  }

  /// Compacted segments whose files are still there speak of nodes of which nothing says any more
  /// that they are gone.
  private void leaveOut(SurvivingRecords surviving) throws IOException {
    for (LogSegment segment : List.copyOf(segments)) {
      if (surviving.isRetired(new LogRecord.Numbers(segment.number(), segment.number()))) {
        leftOver.add(segment.number());
        segments.remove(segment);
        segment.close();
      }
    }
    records = 0;
    replayedBytes = 0;
  }

  private void readFromStart(List<String> names, List<String> unsound)
      throws IOException, VectorFailure {
    if (names.isEmpty() && !unsound.isEmpty()) {
      throw new StoreBroken(
          "there are checkpoints, " + unsound + ", but no segment of the log is left" + ADVICE);
    }
    for (String name : names) {
      readTail(name, name.equals(names.getLast()));
    }
  }

  private void readTail(String name, boolean last) throws IOException, VectorFailure {
    LogSegment segment = reader.openSegment(name, last, SegmentHeader.BYTES);
    replay(segment, SegmentHeader.BYTES);
    SegmentReader.settle(segment, last);
  }

  /// Takes over what a sound checkpoint has and goes on after it. What it was made of was durable
  /// before it was: a log that lacks some of it is damaged.
  private void resume(CheckpointFile checkpoint, List<String> ordered)
      throws IOException, VectorFailure {
    CheckpointHead head = checkpoint.head();
    reader.resumeAt(head.store(), head.sequence());
    Map<Long, LogSegment> byNumber = new HashMap<>();
    for (CheckpointCapture.Listed listed : CheckpointCapture.segments(checkpoint)) {
      String name = SegmentHeader.fileName(listed.number());
      if (!ordered.contains(name)) {
        throw new StoreBroken(name + " is missing: " + checkpoint.name() + " needs it" + ADVICE);
      }
      if (listed.number() < head.segment()) {
        byNumber.put(listed.number(), reader.openSettled(name, listed));
      }
    }
    for (String name : ordered) {
      long number = SegmentHeader.numberOf(name);
      if (number < head.segment() && !byNumber.containsKey(number)) {
        leftOver.add(number);
      }
    }
    reader.resumeAt(head.store(), head.sequence());
    List<String> tail =
        ordered.stream().filter(name -> SegmentHeader.numberOf(name) >= head.segment()).toList();
    List<String> begun = tail.size() > 1 ? reader.withoutTornStart(tail) : tail;
    boolean only = begun.size() == 1;
    LogSegment first = reader.openSegment(begun.getFirst(), only, head.position());
    byNumber.put(first.number(), first);
    for (CheckpointCapture.Listed listed : CheckpointCapture.segments(checkpoint)) {
      LogSegment segment = byNumber.get(listed.number());
      if (segment == null) {
        throw new StoreBroken(checkpoint.name() + " ends before a segment that it lists" + ADVICE);
      }
      segment.addLiveBytes(listed.liveBytes());
    }
    CheckpointCapture.restore(checkpoint, contents, byNumber.values());
    replay(first, head.position());
    SegmentReader.settle(first, only);
    for (String name : begun.subList(1, begun.size())) {
      readTail(name, name.equals(begun.getLast()));
    }
  }

  private void replay(LogSegment segment, long from) throws StoreBroken {
    replay(
        segment,
        from,
        (record, at, more) -> {
          contents.apply(record, at);
          if (!more) {
            contents.endChange();
          }
        });
  }

  /// Takes one record after another.
  @FunctionalInterface
  private interface Replaying {
    /// @param more whether the change goes on in the next
    void take(LogRecord record, LogPosition at, boolean more) throws StoreBroken;
  }

  private void replay(LogSegment segment, long from, Replaying replaying) throws StoreBroken {
    MemorySegment region = segment.file().region();
    long position = from;
    while (position < segment.end()) {
      RecordHeader header = RecordHeader.read(region, position);
      try {
        LogRecord record = RecordCodec.decode(header, region, position, position);
        replaying.take(record, new LogPosition(segment, position, region, position), header.more());
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
      replayedBytes += header.length();
      position += header.length();
    }
  }
}
