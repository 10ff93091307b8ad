package org.vexfs.daemon.overlay;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Which writes of one file are under way.
///
/// The host changes a file's modification time when a write begins, its bytes only then. The kernel
/// in front of the daemon tells by that time whether the pages that it keeps are still right. Were
/// it told the new time while the bytes are still the old ones, it would read those, and keep them
/// for the new ones. So attributes go out only when the writes that they may tell of have ended.
///
/// The kernel sends the writes that go through its pages one after the other, so counting them is
/// enough to know which have ended.
final class WriteProgress {
  private static final long PAUSE_NANOS = 20_000;

  private final long maxWaitNanos;
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong ended = new AtomicLong();

  /// `maxWait` is how long a stalled disk may hold up those who ask for attributes.
  WriteProgress(Duration maxWait) {
    maxWaitNanos = maxWait.toNanos();
  }

  /// A write is about to be done.
  void begin() {
    begun.incrementAndGet();
  }

  /// A write has been done, or has failed.
  void end() {
    ended.incrementAndGet();
  }

  /// Waits until the writes that have begun by now have ended; not for those that begin meanwhile.
  void await() {
    long toEnd = begun.get();
    if (ended.get() >= toEnd) {
      return;
    }
    long start = System.nanoTime();
    while (ended.get() < toEnd && System.nanoTime() - start < maxWaitNanos) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
