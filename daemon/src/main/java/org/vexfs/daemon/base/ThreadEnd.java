package org.vexfs.daemon.base;

/// Waiting for a thread to end, whatever happens to the one that waits.
public final class ThreadEnd {
  private ThreadEnd() {}

  /// Returns once `thread` has ended. An interrupt meanwhile is kept for the caller: what the
  /// thread works on may be closed only after it.
  public static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
