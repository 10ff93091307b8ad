package org.vexfs.daemon.search;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.index.BlockScan;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.index.SearchScratch;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.store.SlotListener;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// The graph of one collection, kept up behind the store by a thread of its own, which others help
/// where there is much to insert.
///
/// Attaching a vector does not wait for the graph. Slots below *indexed* are in it (or were dead
/// when their turn came); those from there on are *pending* and compared one by one by every
/// search. So a search sees each vector that was acknowledged before it began, and a mount that has
/// just replayed its log answers exactly until the graph has caught up.
final class CollectionIndex implements SlotListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionIndex.class);

  /// Search memory kept for reuse; more may be out at a time.
  private static final int MAX_SCRATCHES = 8;

  private static final ArrayBlockingQueue<SearchScratch> SCRATCHES =
      new ArrayBlockingQueue<>(MAX_SCRATCHES);

  /// Slots that are inserted before it is looked whether others were removed, or compaction waits.
  private static final int BATCH = 32;

  private final VectorStore store;
  private final VectorCollection collection;
  private final CoreThreads threads;
  private final Thread indexer;
  private final RowScan rows;
  private final ScopeSlots scopes;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  /// Slots that were handed out.
  @GuardedBy("lock")
  private int limit;

  @GuardedBy("lock")
  private final ArrayDeque<Integer> removed = new ArrayDeque<>();

  /// How many slots this was told are dead, and of how many of those the graph has let go.
  @GuardedBy("lock")
  private long removedSlots;

  @GuardedBy("lock")
  private long releasedSlots;

  private final Condition released = lock.newCondition();

  @GuardedBy("lock")
  private boolean closed;

  /// Made once the collection has a dimension; written by the indexer before the first slot counts
  /// as indexed.
  private volatile @Nullable HnswGraph graph;

  /// Written by the indexer alone.
  private volatile int indexed;

  private CollectionIndex(
      VectorStore store, VectorCollection collection, CoreThreads threads, CoreThreads scanners) {
    this.store = store;
    this.collection = collection;
    this.threads = threads;
    this.rows = new RowScan(collection, scanners);
    this.scopes = new ScopeSlots(store, collection);
    this.indexer =
        Thread.ofPlatform().name("indexer-" + collection.name()).daemon().unstarted(this::run);
  }

  /// Begins to index what the collection has and whatever comes.
  ///
  /// @param threads help to index
  /// @param scanners help to search
  static CollectionIndex over(
      VectorStore store, VectorCollection collection, CoreThreads threads, CoreThreads scanners) {
    CollectionIndex index = new CollectionIndex(store, collection, threads, scanners);
    int present = store.addListener(collection, index);
    index.raise(present);
    index.indexer.start();
    return index;
  }

  VectorCollection collection() {
    return collection;
  }

  /// Slots that searches compare one by one.
  int pendingSlots() {
    return collection.slotLimit() - indexed;
  }

  /// Whether the graph has anything to answer with.
  boolean hasGraph() {
    HnswGraph present = graph;
    return present != null && present.size() > 0;
  }

  /// The collection's slots by directory.
  ScopeSlots scopes() {
    return scopes;
  }

  /// Offers to `nearest` about the nearest of the accepted slots: of those in the graph by a search
  /// of breadth `ef`, and of the pending ones by comparing each.
  ///
  /// @param most distances after which the search of the graph gives up
  /// @return how many it computed, and pending slots; -1 where it gave up
  long searchApproximately(
      MemorySegment query, int ef, SlotPredicate accept, long most, NearestHeap nearest) {
    int pendingFrom = indexed;
    HnswGraph present = graph;
    long compared = 0;
    if (present != null) {
      @Nullable SearchScratch pooled = SCRATCHES.poll();
      SearchScratch scratch = pooled != null ? pooled : new SearchScratch();
      int found = present.search(query, 0, nearest.k(), ef, accept, most, scratch);
      compared = scratch.isComplete() ? scratch.compared() : -1;
      for (int i = 0; i < found; i++) {
        // What was indexed since is met again among the pending.
        if (scratch.slot(i) < pendingFrom) {
          nearest.offer(scratch.slot(i), scratch.distance(i));
        }
      }
      boolean _ = SCRATCHES.offer(scratch);
    }
    if (compared >= 0) {
      BlockScan pending =
          new BlockScan(
              collection.vectors(), collection.metric(), query, new NearestHeap[] {nearest});
      pending.scan(present == null ? 0 : pendingFrom, collection.slotLimit(), accept);
      compared += pending.compared();
    }
    return compared;
  }

  /// Offers to each of `nearest` the accepted slots, about `expected` of them, comparing each with
  /// the query at the same place of `queries`; returns how many they were.
  long compareAll(
      MemorySegment queries, NearestHeap[] nearest, SlotPredicate accept, int expected) {
    return rows.scan(queries, nearest, accept, expected);
  }

  @Override
  public void added(int firstSlot, int count) {
    scopes.added(firstSlot, count);
    raise(firstSlot + count);
  }

  @Override
  public void removed(int slot) {
    scopes.removed(slot);
    lock.lock();
    try {
      if (!closed) {
        removed.add(slot);
        removedSlots++;
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void awaitRemoved() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long wanted = removedSlots;
      while (releasedSlots < wanted && !closed) {
        released.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Ends the indexer; the graph stays as far as it is.
  @Override
  public void close() {
    store.removeListener(collection, this);
    stop();
    boolean interrupted = false;
    while (true) {
      try {
        indexer.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void raise(int newLimit) {
    lock.lock();
    try {
      limit = Math.max(limit, newLimit);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      boolean goesOn = true;
      while (goesOn) {
        goesOn = step();
      }
    } catch (RuntimeException | Error e) {
      // Searches stay right without a graph: what is not in it is compared one by one. One that
      // nothing is removed from any more would keep the store from letting go of what died.
      LOG.error("Indexing collection {} stopped", collection.name(), e);
      graph = null;
      indexed = 0;
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    lock.lock();
    try {
      closed = true;
      work.signal();
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for a slot to remove or some to insert and does so; `false` once closed.
  private boolean step() throws InterruptedException {
    @Nullable Integer gone;
    int end;
    lock.lock();
    try {
      while (!closed && removed.isEmpty() && indexed >= limit) {
        work.await();
      }
      if (closed) {
        return false;
      }
      gone = removed.poll();
      end = Math.min(limit, indexed + BATCH);
    } finally {
      lock.unlock();
    }
    try (VectorStore.Pin _ = store.pin()) {
      if (gone != null) {
        remove(gone);
      } else {
        insertUpTo(end);
      }
    }
    return true;
  }

  private void remove(int slot) {
    HnswGraph present = graph;
    if (present != null && present.contains(slot)) {
      present.remove(slot);
    }
    lock.lock();
    try {
      releasedSlots++;
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void insertUpTo(int end) {
    HnswGraph present = graph;
    if (present == null) {
      present =
          new HnswGraph(
              collection.vectors(),
              collection.metric(),
              HnswParameters.forDimension(collection.dimension()));
      graph = present;
    }
    HnswGraph growing = present;
    threads.forEach(
        indexed,
        end,
        slot -> {
          if (collection.isLive(slot)) {
            growing.insert(slot);
          }
        });
    indexed = end;
  }
}
