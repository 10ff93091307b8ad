package org.vexfs.daemon.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;
import org.vexfs.daemon.io.StorageDirectory;

/// The checkpoints of a store: the latest, which the next is merged with, and the one before, which
/// recovery falls back to.
///
/// Every checkpoint is written aside, synced and renamed in. Only then is an older one removed, and
/// a segment of the log only once neither of the two that are kept needs it. So at any moment one
/// checkpoint may turn out unreadable. A store that is closed keeps one, where its log is whole
/// without.
///
/// For one thread at a time: [Upkeep]'s `running` lock guards it.
final class Checkpoints implements AutoCloseable {
  /// How many are kept.
  private static final int KEPT = 2;

  private static final String TEMPORARY_NAME = "checkpoint.tmp";

  private final StorageDirectory directory;

  /// The newest last.
  private final List<Kept> kept = new ArrayList<>();

  /// Files that hold no checkpoint that could be read.
  private final List<String> unsound = new ArrayList<>();

  private Optional<CheckpointFile> latest = Optional.empty();

  /// The one that the store was opened with. Its files rest in it ([FilesAtRest]), so it stays
  /// mapped, though others take its place and its name goes.
  private Optional<CheckpointFile> opened = Optional.empty();

  private long lastNumber;

  /// A checkpoint that recovery could use.
  ///
  /// @param name of its file
  /// @param segments whose bytes it refers to
  /// @param lastSegment the segment in which replay would begin
  private record Kept(String name, Set<Long> segments, long lastSegment) {
    boolean needs(long segment) {
      return segment >= lastSegment || segments.contains(segment);
    }
  }

  private Checkpoints(StorageDirectory directory) {
    this.directory = directory;
  }

  /// Finds the latest sound one among files of these names, and what it can do without.
  ///
  /// @throws StoreTooNew where a newer version wrote one
  static Checkpoints among(StorageDirectory directory, List<String> names)
      throws IOException, StoreTooNew, StoreBroken {
    Checkpoints found = new Checkpoints(directory);
    boolean done = false;
    try {
      TreeSet<Long> numbers = new TreeSet<>();
      names.stream()
          .filter(CheckpointHead::isFileName)
          .map(CheckpointHead::numberOf)
          .forEach(numbers::add);
      for (long number : numbers.descendingSet()) {
        found.lastNumber = Math.max(found.lastNumber, number);
        found.consider(CheckpointHead.fileName(number));
      }
      found.opened = found.latest;
      done = true;
      return found;
    } finally {
      if (!done) {
        found.close();
      }
    }
  }

  private void consider(String name) throws IOException, StoreTooNew, StoreBroken {
    Optional<CheckpointFile> file = CheckpointFile.open(directory, name);
    try {
      // Of one that is older, what it needs of the log is all that counts now.
      boolean sound =
          file.isPresent()
              && (latest.isEmpty()
                  ? file.get().isSound()
                  : CheckpointCapture.isListSound(file.get()));
      if (!sound) {
        unsound.add(name);
        return;
      }
      if (kept.size() < KEPT) {
        kept.addFirst(keptOf(file.get()));
      }
      if (latest.isEmpty()) {
        latest = file;
      }
    } finally {
      if (!latest.equals(file)) {
        file.ifPresent(CheckpointFile::close);
      }
    }
  }

  private static Kept keptOf(CheckpointFile file) throws StoreBroken {
    Set<Long> segments = new TreeSet<>();
    for (CheckpointCapture.Listed listed : CheckpointCapture.segments(file)) {
      segments.add(listed.number());
    }
    return new Kept(file.name(), segments, file.head().segment());
  }

  /// The latest that is sound.
  Optional<CheckpointFile> latest() {
    return latest;
  }

  /// Files that should have held a checkpoint and do not.
  List<String> unsound() {
    return List.copyOf(unsound);
  }

  /// Whether recovery may have to read a segment.
  boolean needs(long segment) {
    return kept.size() < KEPT || kept.stream().anyMatch(checkpoint -> checkpoint.needs(segment));
  }

  /// Writes the next one, durably, and removes those that are one too many. The log is durable as
  /// far as `capture` goes.
  void write(CheckpointCapture capture, UUID store) throws IOException, StoreBroken, StoreTooNew {
    long number = lastNumber + 1;
    directory.write(TEMPORARY_NAME, file -> capture.write(file, store, number, latest));
    lastNumber = number;
    String name = CheckpointHead.fileName(number);
    // Until it is known to be durable it is one of those that the next has to remove.
    unsound.add(name);
    directory.rename(TEMPORARY_NAME, name);
    directory.sync();
    CheckpointFile written =
        CheckpointFile.open(directory, name)
            .orElseThrow(() -> new IOException(name + " does not read back"));
    closeLatest();
    latest = Optional.of(written);
    unsound.remove(name);
    kept.add(new Kept(name, capture.segmentNumbers(), capture.lastSegment()));
    removeOthers();
  }

  private void removeOthers() throws IOException {
    while (kept.size() > KEPT) {
      directory.delete(kept.removeFirst().name());
    }
    while (!unsound.isEmpty()) {
      directory.deleteIfPresent(unsound.removeLast());
    }
  }

  /// Removes all but the latest: where the log is whole without any checkpoint, a second is worth
  /// time and nothing else.
  void keepLatest() throws IOException {
    while (kept.size() > 1) {
      directory.delete(kept.removeFirst().name());
    }
  }

  private void closeLatest() {
    if (!latest.equals(opened)) {
      latest.ifPresent(CheckpointFile::close);
    }
    latest = Optional.empty();
  }

  @Override
  public void close() {
    closeLatest();
    opened.ifPresent(CheckpointFile::close);
    opened = Optional.empty();
  }
}
