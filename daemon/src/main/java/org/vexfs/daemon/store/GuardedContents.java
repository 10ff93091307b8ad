package org.vexfs.daemon.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// The contents of a store together with its log and their locks: one change at a time, which is
/// logged and then applied, and readers beside it.
final class GuardedContents {
  /// Lets one change in at a time. In the lock order before `naming` and the log's `syncing`.
  private final ReentrantLock writing = new ReentrantLock();

  /// Guards the contents against readers while a change is applied. The writer itself reads them
  /// without it: nobody else changes them.
  private final ReentrantReadWriteLock naming = new ReentrantReadWriteLock();

  private final String place;
  private final Contents contents;
  private final VectorLog log;
  private final boolean alwaysDurable;

  /// @param place what people call the store
  GuardedContents(String place, Contents contents, VectorLog log, StoreOptions options) {
    this.place = place;
    this.contents = contents;
    this.log = log;
    this.alwaysDurable = options.durability() == StoreOptions.Durability.ALWAYS;
  }

  /// Puts the records of a change together, from the contents as they are.
  @FunctionalInterface
  interface Planning {
    void on(ChangePlan plan) throws VectorFailure;
  }

  /// Looks something up.
  @FunctionalInterface
  interface Reading<T> {
    T get();
  }

  ReentrantLock writing() {
    return writing;
  }

  ReentrantReadWriteLock naming() {
    return naming;
  }

  /// Makes a change, durably where every change is to be; says whether there was anything to do.
  ///
  /// @param upkeep hears of it
  boolean change(Upkeep upkeep, Planning planning) throws VectorFailure {
    boolean any = changeUnsettled(upkeep, planning);
    settle();
    return any;
  }

  /// The same, but it must not be acknowledged before [#settle].
  boolean changeUnsettled(Upkeep upkeep, Planning planning) throws VectorFailure {
    NativeCallback.refuseVectorWork();
    writing.lock();
    try {
      ChangePlan plan = new ChangePlan(contents.catalogue());
      planning.on(plan);
      boolean any = !plan.records().isEmpty();
      if (any) {
        commit(plan);
        upkeep.noteGrowth();
      }
      return any;
    } finally {
      writing.unlock();
    }
  }

  /// Makes the changes so far durable, where every change is to be.
  void settle() throws VectorFailure {
    if (alwaysDurable) {
      log.sync();
    }
  }

  @GuardedBy("writing")
  private void commit(ChangePlan plan) throws VectorFailure {
    List<LogPosition> positions = log.append(plan.records(), plan.values());
    for (Runnable news : apply(plan.records(), positions)) {
      news.run();
    }
  }

  private List<Runnable> apply(List<LogRecord> records, List<LogPosition> positions)
      throws StoreBroken {
    naming.writeLock().lock();
    try {
      for (int i = 0; i < records.size(); i++) {
        contents.apply(records.get(i), positions.get(i));
      }
      return contents.endChange();
    } catch (StoreBroken e) {
      // The log now says what memory does not: only a replay can tell what that comes to.
      throw log.latch("a change did not fit the store in " + place + ": " + e.getMessage());
    } finally {
      naming.writeLock().unlock();
    }
  }

  /// Looks something up, waiting only for another change's few steps in memory.
  <T> T reading(Reading<T> reading) {
    NativeCallback.refuseVectorWork();
    naming.readLock().lock();
    try {
      return reading.get();
    } finally {
      naming.readLock().unlock();
    }
  }

  /// Looks something up while nothing changes, which may take a while.
  <T> T holding(Reading<T> reading) {
    NativeCallback.refuseVectorWork();
    writing.lock();
    try {
      return reading.get();
    } finally {
      writing.unlock();
    }
  }
}
