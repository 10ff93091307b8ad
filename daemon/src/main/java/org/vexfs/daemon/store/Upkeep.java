package org.vexfs.daemon.store;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.io.StorageFullException;

/// What keeps a store small and quick to open: checkpoints, and compaction of its log. Both run
/// beside changes and searches; a change waits no longer than what changed since the last
/// checkpoint takes to be copied in memory.
///
/// Whatever fails here costs nothing that was acknowledged: the log has it all.
public final class Upkeep implements AutoCloseable {
  /// The dead share of a segment from which it is compacted without being asked.
  private static final double DEAD_SHARE = 0.5;

  /// The dead share from which it is compacted on demand.
  private static final double DEAD_SHARE_ON_DEMAND = 0.2;

  /// Dead bytes that a segment must have to be compacted without being asked.
  private static final long DEAD_BYTES = 4L << 20;

  /// Dead slots are let go of when there are so many, or one for so many live rows.
  private static final int RELEASED_AT_ONCE = 1024;

  private static final int LIVE_A_RELEASED = 8;

  private final String place;
  private final StoreOptions options;
  private final VectorLog log;
  private final Contents contents;
  private final Checkpoints checkpoints;
  private final GraphFiles graphs;
  private final ReentrantReadWriteLock.WriteLock moving;
  private final ReentrantLock writing;
  private final ReentrantReadWriteLock.WriteLock naming;

  /// One checkpoint or compaction at a time. First in the lock order.
  private final ReentrantLock running = new ReentrantLock();

  /// Segments that were found damaged and are left as they are; used under `running`.
  private final Set<Long> damaged = new HashSet<>();

  /// The last record that the latest checkpoint has.
  private volatile long checkpointedSequence;

  /// What the log had appended when the latest checkpoint was taken.
  private volatile long checkpointedBytes;

  /// The latest checkpoint that was written; replaced under `running`.
  private volatile Latest latest;

  /// Whether so many dead slots can be let go of that others should have them; written under the
  /// writer lock.
  private volatile boolean releaseDue;

  /// Told when something has come due.
  private volatile Runnable whenDue = () -> {};

  /// A checkpoint that was written.
  ///
  /// @param number 0 for none
  /// @param appendedBytes what the log had appended when it was taken
  private record Latest(long number, Optional<Instant> written, long appendedBytes) {
    static Latest of(Checkpoints checkpoints, long appendedBytes) {
      return new Latest(
          checkpoints.latest().map(file -> file.head().number()).orElse(0L),
          checkpoints.latest().map(CheckpointFile::written),
          appendedBytes);
    }
  }

  /// What a compaction did.
  ///
  /// @param segments how many it emptied
  /// @param movedBytes bytes of live records that it copied
  /// @param freedBytes bytes that the log takes less
  public record Compacted(int segments, long movedBytes, long freedBytes) {}

  Upkeep(
      String place,
      StoreOptions options,
      VectorLog log,
      Contents contents,
      Checkpoints checkpoints,
      GraphFiles graphs,
      ReentrantReadWriteLock.WriteLock moving,
      ReentrantLock writing,
      ReentrantReadWriteLock.WriteLock naming) {
    this.place = place;
    this.options = options;
    this.log = log;
    this.contents = contents;
    this.checkpoints = checkpoints;
    this.graphs = graphs;
    this.moving = moving;
    this.writing = writing;
    this.naming = naming;
    this.checkpointedSequence =
        checkpoints.latest().map(checkpoint -> checkpoint.head().sequence()).orElse(0L);
    this.latest = Latest.of(checkpoints, 0);
  }

  /// How much a start would have to do now.
  CheckpointState checkpointState() {
    Latest written = latest;
    return new CheckpointState(
        written.number(), written.written(), log.appendedBytes() - written.appendedBytes());
  }

  /// Lets `listener` hear, on the writer's thread, when something has come due.
  void whenDue(Runnable listener) {
    whenDue = listener;
  }

  /// Something was appended to the log; the writer lock is held.
  void noteGrowth() {
    releaseDue = contents.collections().values().stream().anyMatch(Upkeep::hasManyDead);
    if (releaseDue || isCheckpointDue()) {
      whenDue.run();
    }
  }

  private static boolean hasManyDead(VectorCollection collection) {
    return collection.releasableSlots()
        >= Math.max(RELEASED_AT_ONCE, collection.liveRows() / LIVE_A_RELEASED);
  }

  /// Whether enough was appended for another checkpoint.
  boolean isCheckpointDue() {
    return log.appendedBytes() - checkpointedBytes >= options.checkpointBytes();
  }

  /// Whether a segment is mostly dead.
  boolean isCompactionDue() {
    return log.segments().stream().anyMatch(segment -> isWorthwhile(segment, false));
  }

  private static boolean isWorthwhile(LogSegment segment, boolean onDemand) {
    return onDemand
        ? segment.deadShare() >= DEAD_SHARE_ON_DEMAND
        : segment.deadShare() >= DEAD_SHARE && segment.deadBytes() >= DEAD_BYTES;
  }

  void lock() {
    running.lock();
  }

  void unlock() {
    running.unlock();
  }

  /// Writes a checkpoint, unless the latest has everything. One that could not be read goes by it.
  ///
  /// @throws StoreFull where there is no space for it
  /// @throws StoreBroken where writing it fails
  public void checkpoint() throws VectorFailure {
    running.lock();
    try {
      if (log.sequence() != checkpointedSequence || !checkpoints.unsound().isEmpty()) {
        writeCheckpoint();
      }
    } finally {
      running.unlock();
    }
  }

  /// The last checkpoint of an open store. One that cannot be written only makes the next start
  /// slower, and one that cannot be removed takes space.
  void checkpointBeforeClosing() throws VectorFailure {
    if (log.latched().isEmpty()) {
      try {
        checkpoint();
        if (log.isWholeByItself()) {
          checkpoints.keepLatest();
        }
      } catch (StoreFull | IOException e) {
        return;
      }
    }
  }

  private void writeCheckpoint() throws VectorFailure {
    Optional<CheckpointCapture> taken = capture();
    if (taken.isEmpty()) {
      return;
    }
    boolean written = false;
    try (CheckpointCapture capture = taken.get()) {
      log.sync();
      checkpoints.write(capture, log.store());
      latest = Latest.of(checkpoints, checkpointedBytes);
      checkpointedSequence = capture.sequence();
      written = true;
      log.deleteRetired(checkpoints);
    } catch (StorageFullException e) {
      throw new StoreFull("no space left for a checkpoint of the store in " + place);
    } catch (IOException e) {
      throw new StoreBroken("no checkpoint of the store in " + place + " could be written: " + e);
    } finally {
      if (!written) {
        giveBack(taken.get());
      }
    }
  }

  private Optional<CheckpointCapture> capture() throws VectorFailure {
    writing.lock();
    try {
      // After an error nobody knows whether memory and log agree.
      if (log.segments().isEmpty() || log.latched().isPresent()) {
        return Optional.empty();
      }
      // Also where writing it fails: the next attempt comes after as many bytes again.
      checkpointedBytes = log.appendedBytes();
      CheckpointCapture capture = new CheckpointCapture(contents, log.segments(), log.sequence());
      repeatIntent(capture);
      return Optional.of(capture);
    } finally {
      writing.unlock();
    }
  }

  /// An intent that is open is no part of a checkpoint, so replay has to meet it after that.
  private void repeatIntent(CheckpointCapture capture) throws VectorFailure {
    Optional<LogRecord.Intend> open = contents.intent();
    if (open.isEmpty()) {
      return;
    }
    boolean repeated = false;
    try {
      log.append(List.of(open.get()), new float[0]);
      repeated = true;
    } finally {
      if (!repeated) {
        contents.catalogue().giveBackChanged(capture.changed());
        capture.close();
      }
    }
  }

  private void giveBack(CheckpointCapture capture) {
    writing.lock();
    try {
      contents.catalogue().giveBackChanged(capture.changed());
    } finally {
      writing.unlock();
    }
  }

  /// Copies what is live in segments that are mostly dead to the end of the log, and removes them.
  /// Where it is interrupted or fails, what was copied stays copied and nothing is lost.
  ///
  /// @param onDemand whether segments with less that is dead count, too
  /// @throws InterruptedException where the thread was interrupted
  /// @throws StoreBroken where a segment is damaged; it stays, and the others were compacted
  public Compacted compact(boolean onDemand, Pace pace) throws VectorFailure, InterruptedException {
    running.lockInterruptibly();
    try {
      long before = log.bytes();
      List<LogSegment> emptied = victims(onDemand);
      long moved = 0;
      Optional<StoreBroken> damage = Optional.empty();
      for (LogSegment segment : emptied) {
        try {
          moved += new Compaction(log, contents, moving, writing, naming, pace).empty(segment);
        } catch (StoreBroken e) {
          damaged.add(segment.number());
          damage = Optional.of(e);
        }
      }
      closeGaps(pace);
      if (damage.isPresent()) {
        throw damage.get();
      }
      if (!emptied.isEmpty()) {
        // Two, so that neither checkpoint that is kept needs what was emptied.
        writeCheckpoint();
        writeCheckpoint();
      }
      return new Compacted(emptied.size(), moved, before - log.bytes());
    } finally {
      running.unlock();
    }
  }

  /// Whether indexes have let go of so many dead slots that others should have them.
  boolean isReleaseDue() {
    return releaseDue;
  }

  /// Lets others have the slots of the dead that the indexes have let go of. Searches that run
  /// meanwhile may still be on their way to a dead slot, so this waits for them.
  public void releaseSlots() {
    moving.lock();
    writing.lock();
    try {
      releaseDue = false;
      contents.releaseSlots();
    } finally {
      writing.unlock();
      moving.unlock();
    }
  }

  private void closeGaps(Pace pace) throws VectorFailure, InterruptedException {
    try {
      new Compaction(log, contents, moving, writing, naming, pace).closeGaps(graphs);
    } catch (IOException e) {
      throw log.latch("slots could not be moved: " + e);
    }
  }

  private List<LogSegment> victims(boolean onDemand) throws VectorFailure {
    writing.lock();
    try {
      if (log.latched().isPresent() || log.segments().isEmpty()) {
        return List.of();
      }
      if (isWorthwhile(log.segments().getLast(), onDemand)) {
        log.endSegment();
      }
      LogSegment last = log.segments().getLast();
      return log.segments().stream()
          .filter(segment -> segment != last && isWorthwhile(segment, onDemand))
          .filter(segment -> !damaged.contains(segment.number()))
          .toList();
    } finally {
      writing.unlock();
    }
  }

  /// Ends the mapping of the latest checkpoint.
  @Override
  public void close() {
    checkpoints.close();
  }
}
