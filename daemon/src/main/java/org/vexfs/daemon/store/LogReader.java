package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.Arena;
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
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;
import org.vexfs.daemon.io.MappedFile;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;

/// Reads the log once, from its start or from where a checkpoint ends: first a segment's checksums,
/// then, from what they vouch for, its records. FORMAT.md, "Recovery", says what is torn and what
/// is damaged.
final class LogReader {
  private static final String ADVICE =
      "; nothing was changed: restore the store from a copy, or move it away to start an empty one";

  private final StorageDirectory directory;
  private final StoreOptions options;
  private final List<LogSegment> segments;
  private final boolean changes;
  private final Contents contents = new Contents();

  private Optional<UUID> store = Optional.empty();
  private long nextSequence = 1;
  private long records;
  private long replayedBytes;
  private Optional<RecoveryReport.Tear> tear = Optional.empty();

  /// Segments whose files are still there, though the checkpoint does without them.
  private final List<Long> leftOver = new ArrayList<>();

  private LogReader(
      StorageDirectory directory,
      StoreOptions options,
      List<LogSegment> segments,
      boolean changes) {
    this.directory = directory;
    this.options = options;
    this.segments = segments;
    this.changes = changes;
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
    return store.orElseGet(UUID::randomUUID);
  }

  /// The sequence number of the last record.
  long lastSequence() {
    return nextSequence - 1;
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
      List<String> begun = withoutTornStart(ordered);
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
        tear);
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
      settle(
          number == expected
              ? openSegment(name, last, SegmentHeader.BYTES)
              : openAfterGap(name, last),
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

  /// Opens a segment before which others are missing.
  private LogSegment openAfterGap(String name, boolean last) throws IOException, VectorFailure {
    try (StorageFile file = directory.open(name);
        Arena arena = Arena.ofConfined()) {
      SegmentHeader header = readHeader(file.map(0, file.size(), arena), name);
      nextSequence = Math.max(nextSequence, header.firstSequence());
    }
    return openSegment(name, last, SegmentHeader.BYTES);
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
    LogSegment segment = openSegment(name, last, SegmentHeader.BYTES);
    replay(segment, SegmentHeader.BYTES);
    settle(segment, last);
  }

  /// Takes over what a sound checkpoint has and goes on after it. What it was made of was durable
  /// before it was: a log that lacks some of it is damaged.
  private void resume(CheckpointFile checkpoint, List<String> ordered)
      throws IOException, VectorFailure {
    CheckpointHead head = checkpoint.head();
    store = Optional.of(head.store());
    Map<Long, LogSegment> byNumber = new HashMap<>();
    for (CheckpointCapture.Listed listed : CheckpointCapture.segments(checkpoint)) {
      String name = SegmentHeader.fileName(listed.number());
      if (!ordered.contains(name)) {
        throw new StoreBroken(name + " is missing: " + checkpoint.name() + " needs it" + ADVICE);
      }
      if (listed.number() < head.segment()) {
        byNumber.put(listed.number(), openSettled(name, listed));
      }
    }
    for (String name : ordered) {
      long number = SegmentHeader.numberOf(name);
      if (number < head.segment() && !byNumber.containsKey(number)) {
        leftOver.add(number);
      }
    }
    nextSequence = head.sequence() + 1;
    List<String> tail =
        ordered.stream().filter(name -> SegmentHeader.numberOf(name) >= head.segment()).toList();
    List<String> begun = tail.size() > 1 ? withoutTornStart(tail) : tail;
    boolean only = begun.size() == 1;
    LogSegment first = openSegment(begun.getFirst(), only, head.position());
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
    settle(first, only);
    for (String name : begun.subList(1, begun.size())) {
      readTail(name, name.equals(begun.getLast()));
    }
  }

  /// A segment that is not the last needs its descriptor no more.
  private static void settle(LogSegment segment, boolean last) throws IOException {
    if (!last) {
      segment.file().abandon();
    }
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
    if (changes) {
      directory.delete(name);
      directory.sync();
    }
    tear = Optional.of(new RecoveryReport.Tear(name, 0, size, 0));
    return names.subList(0, names.size() - 1);
  }

  /// A segment before the one in which the checkpoint ends. Its records are not looked at now: what
  /// is read of them later is checked then.
  private LogSegment openSettled(String name, CheckpointCapture.Listed listed)
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
  private LogSegment openSegment(String name, boolean last, long from)
      throws IOException, VectorFailure {
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
        replaying.take(
            record, new LogPosition(segment, position, region, position), header.more());
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
