package org.vexfs.daemon.mount;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Waits for what other processes bring about, which nothing announces.
final class Deadline {
  private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

  private Deadline() {}

  /// Something that becomes true.
  @FunctionalInterface
  interface Condition {
    boolean holds() throws IOException;
  }

  /// Returns once `condition` holds.
  ///
  /// @throws AssertionError if it does not within `patience`, with what `complaint` says then
  static void await(Duration patience, Condition condition, Supplier<String> complaint)
      throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("after " + patience + ": " + complaint.get());
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
