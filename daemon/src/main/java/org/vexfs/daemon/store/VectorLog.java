package org.vexfs.daemon.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.io.MappedFile;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;
import org.vexfs.daemon.io.StorageFullException;

/// The end of the log: appends changes, starts segments, flushes.
///
/// A change is in the log once it reached the page cache, and durable once [#sync] returned. A full
/// disk leaves the log as it was, and so does one that is gone: as long as it is, changes are
/// refused. After any other I/O error nobody knows what the disk holds, so the log *latches*: it
/// refuses every later change and says why.
///
/// Appending is under the store's writer lock; [#sync] may be called by any thread.
final class VectorLog implements Closeable {
  /// Changes up to this size are put together in memory that is kept.
  private static final int SCRATCH_BYTES = 64 << 10;

  private final StorageDirectory directory;
  private final StoreOptions options;
  private final UUID store;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment scratch = arena.allocate(SCRATCH_BYTES);

  /// All segments, the one appended to last; grown under the writer lock.
  private final List<LogSegment> segments;

  /// Up to where the log is written: changed under the writer lock, together with the segment under
  /// `syncing` as well.
  private volatile End end;

  private final LogHealth health;

  /// Held while flushing, so that callers that come meanwhile share the next flush. Taken after the
  /// writer lock where both are.
  private final ReentrantLock syncing = new ReentrantLock();

  /// The last record known to be durable; written under `syncing`.
  private volatile long synced;

  /// How often the last segment was made durable; written under `syncing`.
  private volatile long flushes;

  /// The last record when the log was opened or sealed; used under the writer lock.
  private long sealed;

  /// The highest number that a node was given so far; used under the writer lock.
  private long lastNode;

  /// Bytes that were appended, or replayed when the log was opened; written under the writer lock.
  private volatile long appendedBytes;

  /// Segments that hold nothing live any more and whose files are still there, until no checkpoint
  /// that is kept needs them.
  private final Set<Long> retired = new ConcurrentSkipListSet<>();

  /// @param segment what is appended to; none before the first change
  /// @param sequence the last record's number
  private record End(Optional<LogSegment> segment, long sequence) {}

  /// Goes on after the segments that recovery found and made durable, whose last record is
  /// `sequence`.
  ///
  /// @param lastNode the highest number that a node was given
  /// @param leftOver segments that recovery found to hold nothing live
  /// @param replayedBytes how much it had to replay
  VectorLog(
      StorageDirectory directory,
      StoreOptions options,
      UUID store,
      List<LogSegment> segments,
      long sequence,
      long lastNode,
      List<Long> leftOver,
      long replayedBytes) {
    this.directory = directory;
    this.options = options;
    this.health = new LogHealth(directory.describe());
    this.store = store;
    this.segments = new CopyOnWriteArrayList<>(segments);
    this.end =
        new End(segments.isEmpty() ? Optional.empty() : Optional.of(segments.getLast()), sequence);
    this.synced = sequence;
    this.sealed = sequence;
    this.lastNode = lastNode;
    this.retired.addAll(leftOver);
    this.appendedBytes = replayedBytes;
  }

  /// What the store is called in its segments.
  UUID store() {
    return store;
  }

  /// All segments that hold something, the one appended to last.
  List<LogSegment> segments() {
    return segments;
  }

  /// Where it ends.
  LogMark mark() {
    List<LogSegment> present = segments;
    if (present.isEmpty()) {
      return LogMark.none();
    }
    LogSegment last = present.getLast();
    return new LogMark(last.number(), last.end());
  }

  /// The number of the last record.
  long sequence() {
    return end.sequence();
  }

  /// Bytes that were appended so far, and those that opening the log replayed.
  long appendedBytes() {
    return appendedBytes;
  }

  /// How often what was appended was made durable.
  long flushes() {
    return flushes;
  }

  /// The error after which nothing can be appended any more.
  Optional<String> latched() {
    return health.latched();
  }

  /// Why nothing can be appended, where it cannot.
  Optional<String> refusal() {
    return health.refusal(end.segment());
  }

  int segmentCount() {
    return segments.size();
  }

  /// Bytes written to all segments.
  long bytes() {
    return segments.stream().mapToLong(LogSegment::end).sum();
  }

  /// Bytes of records that hold live entries.
  long liveBytes() {
    return segments.stream().mapToLong(LogSegment::liveBytes).sum();
  }

  /// Bytes of all other records.
  long deadBytes() {
    return bytes() - liveBytes() - (long) segments.size() * SegmentHeader.BYTES;
  }

  /// Appends a change, whole or not at all, and tells where each of its records lies. `values` are
  /// those of the put among them.
  List<LogPosition> append(List<LogRecord> change, float[] values) throws VectorFailure {
    health.requireSound(end.segment());
    try {
      LogSegment segment = segmentFor(change);
      return write(segment, change, values);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Refuses all changes from now on.
  StoreBroken latch(String cause) {
    return health.latch(cause);
  }

  /// What an I/O error means for the log.
  VectorFailure failed(IOException e) {
    return health.failed(e);
  }

  private List<LogPosition> write(LogSegment segment, List<LogRecord> change, float[] values)
      throws IOException {
    long start = segment.end();
    long length = ChangeEncoder.lengthAt(start, change);
    try (Arena once = Arena.ofConfined()) {
      MemorySegment buffer =
          length <= SCRATCH_BYTES
              ? scratch.asSlice(0, length).fill((byte) 0)
              : once.allocate(length);
      List<Long> positions =
          ChangeEncoder.encode(buffer, segment, change, values, end.sequence(), synced);
      MemorySegment region = append(segment, buffer);
      end = new End(end.segment(), end.sequence() + change.size());
      for (LogRecord record : change) {
        if (record instanceof LogRecord.CreateNode create) {
          lastNode = Math.max(lastNode, create.id());
        }
      }
      long appended = appendedBytes + length;
      appendedBytes = appended;
      long regionStart = segment.file().regionStart();
      return positions.stream()
          .map(at -> new LogPosition(segment, at, region, at - regionStart))
          .toList();
    }
  }

  private MemorySegment append(LogSegment segment, MemorySegment records) throws IOException {
    long start = segment.end();
    try {
      return segment.append(records);
    } catch (StorageFullException e) {
      // What did get written would read as a torn tail; cutting it also gives its space back.
      try {
        segment.file().truncate(start);
      } catch (IOException cut) {
        throw new IOException("a change that did not fit could not be cut off", cut);
      }
      throw e;
    }
  }

  private LogSegment segmentFor(List<LogRecord> change) throws IOException {
    Optional<LogSegment> current = end.segment();
    if (current.isPresent()) {
      LogSegment segment = current.get();
      long start = segment.end();
      boolean fits =
          segment.isEmpty()
              || start + ChangeEncoder.lengthAt(start, change) <= options.segmentBytes();
      // An older version must not meet records that it does not know in a segment of its own.
      if (fits && segment.header().isOfThisVersion()) {
        return segment;
      }
    }
    return roll(current);
  }

  /// Starts a segment. The one before is durable before the new one exists: that is why recovery
  /// may take a flaw anywhere but in the last segment for damage.
  private LogSegment roll(Optional<LogSegment> previous) throws IOException {
    syncing.lock();
    try {
      if (previous.isPresent()) {
        flush(previous.get());
        synced = end.sequence();
      }
      LogSegment started = start(previous.map(LogSegment::number).orElse(0L) + 1);
      segments.add(started);
      if (previous.isPresent()) {
        finish(previous.get());
      }
      end = new End(Optional.of(started), end.sequence());
      return started;
    } finally {
      syncing.unlock();
    }
  }

  /// After a failed flush the page cache may claim to be clean: nothing can be trusted any more,
  /// whatever the error, so it must not pass for a full disk.
  @GuardedBy("syncing")
  private void flush(LogSegment segment) throws IOException {
    long begun = flushes + 1;
    flushes = begun;
    try {
      segment.file().sync();
    } catch (StorageFullException e) {
      throw new IOException("what was written could not be flushed", e);
    }
  }

  private static void finish(LogSegment segment) throws IOException {
    try {
      segment.file().finish(segment.end());
    } catch (StorageFullException e) {
      throw new IOException("a segment could not be ended", e);
    }
  }

  private LogSegment start(long number) throws IOException {
    SegmentHeader header = new SegmentHeader(store, number, end.sequence() + 1, lastNode);
    String name = SegmentHeader.fileName(number);
    StorageFile file = directory.create(name);
    boolean started = false;
    try {
      MappedFile mapped = MappedFile.of(file, 0, options.windowBytes());
      try {
        mapped.regionFor(0, SegmentHeader.BYTES);
        mapped.write(header.encode(), 0);
        mapped.sync();
        directory.sync();
        started = true;
        return new LogSegment(header, mapped, SegmentHeader.BYTES);
      } finally {
        if (!started) {
          mapped.close();
        }
      }
    } finally {
      if (!started) {
        file.close();
        directory.delete(name);
      }
    }
  }

  /// Ends the segment that is appended to, so that it may be compacted; the next change begins
  /// another.
  void endSegment() throws VectorFailure {
    health.refuseIfLatched();
    try {
      Optional<LogSegment> current = end.segment();
      if (current.isPresent() && !current.get().isEmpty()) {
        roll(current);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// The bytes of a segment that is not appended to any more, until `arena` closes.
  MemorySegment map(LogSegment segment, Arena arena) throws IOException {
    try (StorageFile file = directory.open(segment.file().name())) {
      return file.map(0, segment.end(), arena);
    }
  }

  /// Takes a segment that holds nothing live out of the log and ends its mapping; the writer lock
  /// is held, and no reader is at it. Its file stays for [#deleteRetired].
  void retire(LogSegment emptied) throws IOException {
    segments.remove(emptied);
    retired.add(emptied.number());
    emptied.close();
  }

  /// Removes the files of retired segments, those that no checkpoint needs.
  void deleteRetired(Checkpoints checkpoints) throws IOException {
    for (long number : List.copyOf(retired)) {
      if (!checkpoints.needs(number)) {
        directory.delete(SegmentHeader.fileName(number));
        retired.remove(number);
      }
    }
  }

  /// Whether the segments that are there say everything, without any checkpoint, and no others wait
  /// to be removed.
  boolean isWholeByItself() {
    return retired.isEmpty()
        && segments.stream().allMatch(segment -> segment.header().isOfThisVersion());
  }

  /// Makes durable every change that returned before this was called. Callers that come while a
  /// flush runs share the next one.
  void sync() throws VectorFailure {
    long wanted = end.sequence();
    syncing.lock();
    try {
      if (synced >= wanted) {
        return;
      }
      health.refuseIfLatched();
      End reached = end;
      if (reached.segment().isPresent()) {
        flush(reached.segment().get());
      }
      health.requireThere(reached.segment());
      synced = reached.sequence();
    } catch (IOException e) {
      throw health.latched(e);
    } finally {
      syncing.unlock();
    }
  }

  /// Makes everything durable and says so in the log, so that damage to it can be told from a torn
  /// tail. A log that latched is left as it lies.
  void seal() throws VectorFailure {
    if (health.latched().isPresent() || sealed == end.sequence()) {
      return;
    }
    sync();
    try {
      append(List.of(new LogRecord.Seal()), new float[0]);
      sync();
    } catch (StoreFull e) {
      // The seal is a courtesy to the next start; all that was promised is durable already.
      return;
    }
    sealed = end.sequence();
  }

  /// Ends the files and all mappings.
  @Override
  public void close() throws IOException {
    syncing.lock();
    try {
      Optional<LogSegment> last = end.segment();
      if (last.isPresent() && health.latched().isEmpty()) {
        finish(last.get());
      }
    } finally {
      try {
        for (LogSegment segment : segments) {
          segment.close();
        }
        arena.close();
      } finally {
        syncing.unlock();
      }
    }
  }
}
