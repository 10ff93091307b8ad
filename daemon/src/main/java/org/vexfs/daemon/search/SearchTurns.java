package org.vexfs.daemon.search;

import java.util.concurrent.Semaphore;
import org.vexfs.daemon.base.Carriers;

/// Lets so many searches run at once that some carriers of virtual threads are always left for
/// requests about files, and memory for searches is bounded. The others wait, parked.
final class SearchTurns {
  /// Searches at once: three quarters of the carriers, and two at least.
  static final int AT_ONCE = Math.max(2, Carriers.COUNT - Math.max(1, Carriers.COUNT / 4));

  private final Semaphore free = new Semaphore(AT_ONCE);

  /// The right to search, until it is closed.
  final class Turn implements AutoCloseable {
    private Turn() {
      free.acquireUninterruptibly();
    }

    @Override
    public void close() {
      free.release();
    }
  }

  /// Waits for a turn. A thread that has one must not ask for another.
  Turn take() {
    return new Turn();
  }

  /// Searches that wait, about.
  int waiting() {
    return free.getQueueLength();
  }
}
