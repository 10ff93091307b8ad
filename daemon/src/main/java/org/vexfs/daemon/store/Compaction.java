package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// Empties one segment of the log, as the cleaner of a log-structured file system does (Rosenblum
/// and Ousterhout, 1992): its live records are appended to the end of the log, one change each, and
/// once all are there their entries move over at once. What else it says and still counts is said
/// again ([Restatement]), so that the log is whole without it.
///
/// Until then everybody reads the old records. The move waits for the searches that run
/// ([VectorStore.Pin]) and for the indexes to let go of dead slots, whose vectors may lie in the
/// segment; after it nothing in memory refers to the segment, and its mapping ends. The file goes
/// once no checkpoint needs it, see [Checkpoints]. A crash at any point leaves a log that says the
/// same: that some records lie in it twice.
final class Compaction {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Entries that get lower slots while changes wait.
  private static final int MOVED_AT_ONCE = 64;

  private final VectorLog log;
  private final Contents contents;
  private final ReentrantReadWriteLock.WriteLock moving;
  private final ReentrantLock writing;
  private final ReentrantReadWriteLock.WriteLock naming;
  private final Pace pace;

  private final List<Copy> copies = new ArrayList<>();
  private long copiedBytes;

  /// An entry, and where its record was copied to.
  private record Copy(Entry entry, LogPosition at) {}

  Compaction(
      VectorLog log,
      Contents contents,
      ReentrantReadWriteLock.WriteLock moving,
      ReentrantLock writing,
      ReentrantReadWriteLock.WriteLock naming,
      Pace pace) {
    this.log = log;
    this.contents = contents;
    this.moving = moving;
    this.writing = writing;
    this.naming = naming;
    this.pace = pace;
  }

  /// Takes all that is live out of a segment, which nobody appends to, and takes it out of the log.
  /// Says how many bytes were copied.
  ///
  /// @throws StoreBroken where a record of it is damaged; then it stays
  long empty(LogSegment segment) throws VectorFailure, InterruptedException {
    try {
      moveOut(segment);
      return copiedBytes;
    } catch (IOException e) {
      throw log.failed(e);
    }
  }

  private void moveOut(LogSegment segment) throws IOException, VectorFailure, InterruptedException {
    boolean complete = false;
    try {
      Restatement again = new Restatement(log, contents, writing, segment);
      copyLive(segment, again);
      again.write(pace);
      awaitIndexes();
      settle(() -> {
        contents.releaseSlots();
        log.retire(segment);
      });
      complete = true;
    } finally {
      if (!complete) {
        // So that what was copied was not copied in vain.
        settle(() -> {});
      }
    }
  }

  private void copyLive(LogSegment segment, Restatement again)
      throws IOException, VectorFailure, InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = log.map(segment, arena);
      long position = SegmentHeader.BYTES;
      while (position < segment.end()) {
        RecordHeader header = RecordHeader.read(bytes, position);
        if (!header.fits(position, segment.end())
            || header.checksum()
                != segment.checksum().of(bytes, position, header.length(), position)) {
          throw new StoreBroken(
              segment.file().name()
                  + " is damaged at byte "
                  + position
                  + ": it is not compacted; 'vexfs fsck' says what else is wrong");
        }
        pace.await(header.length());
        LogRecord record = RecordCodec.decode(header, bytes, position, position);
        again.note(record);
        if (record instanceof LogRecord.Put(long node, int collection, int rows, int dimension)) {
          copy(new LogRecord.Relocate(node, collection, rows, dimension), segment, position, bytes);
        } else if (record instanceof LogRecord.Relocate relocated) {
          copy(relocated, segment, position, bytes);
        }
        position += header.length();
      }
    }
  }

  private void copy(
      LogRecord.Relocate record, LogSegment segment, long position, MemorySegment bytes)
      throws VectorFailure {
    writing.lock();
    try {
      Optional<Entry> entry = liveEntry(record, segment, position);
      if (entry.isEmpty()) {
        return;
      }
      float[] values = new float[record.rows() * record.dimension()];
      long start = position + RecordCodec.valuesOffset(position);
      MemorySegment.copy(bytes, FLOAT, start, values, 0, values.length);
      copies.add(new Copy(entry.get(), log.append(List.of(record), values).getFirst()));
      copiedBytes += entry.get().recordBytes();
    } finally {
      writing.unlock();
    }
  }

  private Optional<Entry> liveEntry(LogRecord.Relocate record, LogSegment segment, long position) {
    naming.lock();
    try {
      return contents.entryAt(record, segment, position);
    } finally {
      naming.unlock();
    }
  }

  /// Gathers what is live of sparse collections in their lower slots, so that indexes over them
  /// need less memory, and lets go of the others.
  void closeGaps(GraphFiles graphs) throws IOException, VectorFailure, InterruptedException {
    List<VectorCollection> sparse = sparse();
    if (sparse.isEmpty()) {
      return;
    }
    for (VectorCollection collection : sparse) {
      collection.moveSlots();
      graphs.eraseMark(collection);
      OptionalInt below = OptionalInt.of(collection.slotLimit());
      while (below.isPresent()) {
        below = moveDown(collection, below.getAsInt());
        pace.await(0);
      }
    }
    awaitIndexes();
    settle(contents::releaseSlots);
  }

  private List<VectorCollection> sparse() {
    writing.lock();
    try {
      return contents.collectionsById().stream().filter(VectorCollection::isSparse).toList();
    } finally {
      writing.unlock();
    }
  }

  /// Moves some entries down, from the highest below `below` on, and says where to go on.
  private OptionalInt moveDown(VectorCollection collection, int below) {
    OptionalInt next = OptionalInt.of(below);
    writing.lock();
    try {
      for (int i = 0; i < MOVED_AT_ONCE && next.isPresent(); i++) {
        List<Runnable> news;
        naming.lock();
        try {
          next = contents.moveDown(collection, next.getAsInt());
          news = contents.endChange();
        } finally {
          naming.unlock();
        }
        news.forEach(Runnable::run);
      }
      return next;
    } finally {
      writing.unlock();
    }
  }

  /// Waits until nobody will ask any more for what is dead now.
  private void awaitIndexes() throws InterruptedException {
    List<SlotListener> listeners = new ArrayList<>();
    writing.lock();
    try {
      for (VectorCollection collection : contents.collectionsById()) {
        listeners.addAll(collection.listeners());
      }
    } finally {
      writing.unlock();
    }
    for (SlotListener listener : listeners) {
      listener.awaitRemoved();
    }
  }

  /// What goes with the move.
  @FunctionalInterface
  private interface LastStep {
    void run() throws IOException;
  }

  /// Moves what was copied and takes the last step, while nobody looks at vectors.
  private void settle(LastStep lastStep) throws IOException {
    moving.lock();
    writing.lock();
    try {
      for (Copy copy : copies) {
        contents.place(copy.entry(), copy.at());
      }
      copies.clear();
      lastStep.run();
    } finally {
      writing.unlock();
      moving.unlock();
    }
  }
}
