package org.vexfs.daemon.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorFailure.StoreReadOnly;
import org.vexfs.daemon.io.StorageFullException;

/// Whether the log can be appended to, and why not.
///
/// What is written to a file that nobody finds any more is lost with the process. So the segment
/// that is appended to is looked for every now and then, and by every flush; while it is away,
/// changes are refused, and taken again once it is back. An error of the disk *latches*: nothing is
/// taken any more.
///
/// Used by all threads.
final class LogHealth {
  /// How long a segment is believed to be where it was.
  private static final long LOOK_NANOS = 100_000_000;

  private final String place;
  private volatile Optional<String> latched = Optional.empty();

  /// Whether the segment was not where it should be when it was looked for last.
  private volatile boolean away;

  private volatile long lookedNanos = System.nanoTime();

  /// @param place what people call the store
  LogHealth(String place) {
    this.place = place;
  }

  /// The error after which nothing can be appended any more.
  Optional<String> latched() {
    return latched;
  }

  /// Why nothing can be appended to this segment, where it cannot.
  Optional<String> refusal(Optional<LogSegment> segment) {
    return latched.isPresent() || !isAway(segment) ? latched : Optional.of(describeAway());
  }

  /// Refuses a change where it could not be kept.
  void requireSound(Optional<LogSegment> segment) throws StoreReadOnly {
    refuseIfLatched();
    if ((away || System.nanoTime() - lookedNanos > LOOK_NANOS) && isAway(segment)) {
      throw new StoreReadOnly(describeAway());
    }
  }

  /// Refuses to call durable what nobody will find.
  void requireThere(Optional<LogSegment> segment) throws StoreBroken {
    if (isAway(segment)) {
      throw new StoreBroken(describeAway());
    }
  }

  void refuseIfLatched() throws StoreReadOnly {
    if (latched.isPresent()) {
      throw new StoreReadOnly(
          "the store takes no changes since an error: "
              + latched.get()
              + "; mount again once its cause is gone");
    }
  }

  private boolean isAway(Optional<LogSegment> segment) {
    boolean found = segment.isEmpty() || segment.get().file().hasItsName();
    lookedNanos = System.nanoTime();
    away = !found;
    return away;
  }

  private String describeAway() {
    return "the files of the store in "
        + place
        + " are gone: no changes are taken until they are back, or it is mounted again";
  }

  /// Refuses all changes from now on.
  StoreBroken latch(String cause) {
    if (latched.isEmpty()) {
      latched = Optional.of(cause);
    }
    return new StoreBroken(cause);
  }

  /// Latches after an I/O error.
  StoreBroken latched(IOException e) {
    return latch("the store in " + place + " failed: " + e);
  }

  /// What an I/O error means: one that left the log as it was is no reason to refuse what comes
  /// next.
  VectorFailure failed(IOException e) {
    return switch (e) {
      case StorageFullException _ -> new StoreFull("no space left for the store in " + place);
      case NoSuchFileException _ -> new StoreReadOnly(describeAway());
      default -> latched(e);
    };
  }
}
