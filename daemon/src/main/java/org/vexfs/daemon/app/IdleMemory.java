package org.vexfs.daemon.app;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.ThreadEnd;
import org.vexfs.daemon.io.ResidentPages;

/// Gives memory back to the system once after each spell of work: when the process has hardly used
/// a processor for a while, garbage is collected, which shrinks the heap, and the pages of program
/// files go, which come back from the system's cache when they are needed.
final class IdleMemory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IdleMemory.class);

  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /// Processor time in an interval up to which the process counts as idle.
  private static final Duration IDLE = Duration.ofMillis(100);

  private final Thread thread = Thread.ofVirtual().name("idle-memory").unstarted(this::watch);

  private IdleMemory() {}

  /// Watches until it is closed.
  static IdleMemory watching() {
    IdleMemory memory = new IdleMemory();
    memory.thread.start();
    return memory;
  }

  private void watch() {
    boolean worked = true;
    Duration before = processorTime();
    try {
      while (true) {
        Thread.sleep(INTERVAL);
        Duration now = processorTime();
        boolean works = now.minus(before).compareTo(IDLE) > 0;
        if (worked && !works) {
          giveBack();
          now = processorTime();
        }
        worked = works;
        before = now;
      }
    } catch (InterruptedException end) {
      LOG.debug("No longer watched");
    }
  }

  private static void giveBack() {
    System.gc();
    ResidentPages.releaseProgramFiles();
  }

  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    thread.interrupt();
    ThreadEnd.await(thread);
  }
}
