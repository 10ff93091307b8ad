package org.vexfs.daemon.store;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.ThreadEnd;
import org.vexfs.daemon.base.VectorFailure;

/// Does a store's upkeep behind it: a checkpoint as soon as one is due, dead slots let go of where
/// there are many, compaction where it finds a segment mostly dead.
public final class UpkeepThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UpkeepThread.class);

  /// How often it looks for segments that are mostly dead.
  private static final Duration COMPACTION_INTERVAL = Duration.ofSeconds(10);

  /// What compaction takes of the disk at most, reading and writing counted once.
  private static final long COMPACTION_BYTES_PER_SECOND = 32L << 20;

  private final Upkeep upkeep;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition due = lock.newCondition();

  /// Whether this is to end. The thread is not interrupted for that: it may be writing, and a
  /// channel that an interrupted thread writes to is closed.
  private volatile boolean closing;

  /// What went wrong last, so that it is said once.
  private String complaint = "";

  private UpkeepThread(Upkeep upkeep) {
    this.upkeep = upkeep;
    this.thread = Thread.ofPlatform().name("vexfs-upkeep").daemon().unstarted(this::run);
  }

  /// Begins.
  public static UpkeepThread over(VectorStore store) {
    UpkeepThread started = new UpkeepThread(store.upkeep());
    store.upkeep().whenDue(started::wake);
    started.thread.start();
    return started;
  }

  private void wake() {
    lock.lock();
    try {
      due.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (rest()) {
        tend();
      }
    } catch (InterruptedException e) {
      // It ends; what was to be done waits for the next start.
      return;
    } catch (RuntimeException | Error e) {
      // The store goes on without: it grows, and its next start takes longer.
      LOG.error("The upkeep of the store stopped", e);
    }
  }

  /// Waits until there may be something to do; `false` once this is to end.
  private boolean rest() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = COMPACTION_INTERVAL.toNanos();
      while (nanos > 0 && !closing && !upkeep.isCheckpointDue() && !upkeep.isReleaseDue()) {
        nanos = due.awaitNanos(nanos);
      }
      return !closing;
    } finally {
      lock.unlock();
    }
  }

  private void tend() throws InterruptedException {
    try {
      if (upkeep.isCheckpointDue()) {
        upkeep.checkpoint();
      }
      if (upkeep.isReleaseDue()) {
        upkeep.releaseSlots();
      }
      if (upkeep.isCompactionDue()) {
        Upkeep.Compacted done = upkeep.compact(false, new Throttle());
        LOG.info(
            "Compaction emptied {} segments: {} bytes moved, {} freed",
            done.segments(),
            done.movedBytes(),
            done.freedBytes());
      }
      complaint = "";
    } catch (VectorFailure e) {
      String message = String.valueOf(e.getMessage());
      if (!message.equals(complaint)) {
        complaint = message;
        LOG.warn("{}", message);
      }
    }
  }

  /// Leaves most of the disk to others.
  private final class Throttle implements Pace {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long SHORTEST_REST_MILLIS = 10;

    private final long startNanos = System.nanoTime();
    private long bytes;

    @Override
    public void await(long more) throws InterruptedException {
      bytes += more;
      long dueNanos = bytes / (COMPACTION_BYTES_PER_SECOND / 1000) * (NANOS_PER_SECOND / 1000);
      long ahead = dueNanos - (System.nanoTime() - startNanos);
      long millis = TimeUnit.NANOSECONDS.toMillis(ahead);
      if (millis >= SHORTEST_REST_MILLIS) {
        Thread.sleep(millis);
      }
      if (closing || Thread.interrupted()) {
        throw new InterruptedException("the store is about to be closed");
      }
    }
  }

  /// Ends it; a compaction that runs is given up, a checkpoint is finished.
  @Override
  public void close() {
    closing = true;
    wake();
    ThreadEnd.await(thread);
  }
}
