package org.vexfs.daemon.search;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.ThreadEnd;
import org.vexfs.daemon.index.BlockScan;
import org.vexfs.daemon.index.GraphWork;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.ImageGraph;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.index.SearchScratch;
import org.vexfs.daemon.index.SearchableGraph;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.store.GraphFiles;
import org.vexfs.daemon.store.SlotListener;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// The graph of one collection, kept up behind the store by a thread of its own, which others help
/// where there is much to insert; all of them let searches and file traffic go first.
///
/// Attaching a vector does not wait for the graph. Slots that are not in it yet are *pending*, and
/// compared one by one by every search. So a search sees each vector that was acknowledged before
/// it began, and a mount that has just replayed its log answers exactly until the graph was read
/// that [StoredGraph] has of it, and has caught up.
final class CollectionIndex implements SlotListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionIndex.class);

  /// Search memory kept for reuse; more may be out at a time.
  private static final int MAX_SCRATCHES = 8;

  private static final ArrayBlockingQueue<SearchScratch> SCRATCHES =
      new ArrayBlockingQueue<>(MAX_SCRATCHES);

  /// Slots that are inserted before it is looked whether others were removed, or compaction waits.
  private static final int BATCH = 32;

  /// How long a search waits for the graph that is being read. Comparing all vectors instead would
  /// take longer, the more so in a process that has just started.
  private static final long TAKE_OVER_SECONDS = 5;

  /// Slots that a graph may have memory for without need.
  private static final int LEAST_ROOM = 8192;

  private final VectorStore store;
  private final VectorCollection collection;
  private final GraphWork threads;
  private final Thread indexer;
  private final CoreThreads scanners;
  private final RowScan rows;
  private final ScopeSlots scopes;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  @GuardedBy("lock")
  private final ArrayDeque<Integer> removed = new ArrayDeque<>();

  /// How many slots this was told are dead, and of how many of those the graph has let go.
  @GuardedBy("lock")
  private long removedSlots;

  /// Written by the indexer alone.
  private volatile long releasedSlots;

  private final Condition released = lock.newCondition();

  /// Written under the lock; read without it by whoever works for long, to give up.
  private volatile boolean closed;

  /// Made once the collection has a dimension; written by the indexer alone.
  private volatile @Nullable HnswGraph graph;

  /// What searches walk: the graph, or while that is being read the one in its file. Written by the
  /// indexer before the first slot of it is no longer pending, and after those are pending again
  /// that the next does not have.
  private volatile @Nullable SearchableGraph searched;

  /// Whether the indexer gave up; there is no graph then that could lead to a dead slot.
  private volatile boolean failed;

  /// Written by the indexer alone.
  private volatile int nodesTakenOver;

  /// Counted down once the graph that was written last can be searched, or is known not to be
  /// there.
  private final CountDownLatch searchable = new CountDownLatch(1);

  /// Counted down once that graph was read, or is known not to be there.
  private final CountDownLatch takenOver = new CountDownLatch(1);

  private final PendingSlots pending = new PendingSlots();
  private final StoredGraph stored;

  private CollectionIndex(
      VectorStore store, VectorCollection collection, GraphWork threads, CoreThreads scanners) {
    this.store = store;
    this.collection = collection;
    this.threads = threads;
    this.scanners = scanners;
    this.rows = new RowScan(collection, scanners);
    this.scopes = new ScopeSlots(store, collection);
    this.stored = new StoredGraph(store, collection);
    this.indexer =
        Thread.ofPlatform().name("indexer-" + collection.name()).daemon().unstarted(this::run);
  }

  /// Begins to index what the collection has and whatever comes.
  ///
  /// @param threads help to index
  /// @param scanners help to search
  static CollectionIndex over(
      VectorStore store, VectorCollection collection, GraphWork threads, CoreThreads scanners) {
    CollectionIndex index = new CollectionIndex(store, collection, threads, scanners);
    int present = store.addListener(collection, index);
    index.pending.add(0, present);
    index.indexer.start();
    return index;
  }

  VectorCollection collection() {
    return collection;
  }

  /// Slots that searches compare one by one.
  int pendingSlots() {
    return pending.count();
  }

  /// Slots that the graph has memory for.
  int graphSlots() {
    HnswGraph present = graph;
    return present == null ? 0 : present.slots();
  }

  /// Nodes that did not have to be inserted because the graph was read.
  int nodesTakenOver() {
    return nodesTakenOver;
  }

  /// Waits until the graph of the time before can be searched, but not for ever.
  void awaitSearchable() {
    try {
      boolean _ = searchable.await(TAKE_OVER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits until the graph of the time before was read, where there is one.
  void awaitTakenOver() throws InterruptedException {
    takenOver.await();
  }

  /// Whether the graph has anything to answer with.
  boolean hasGraph() {
    SearchableGraph present = searched;
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
    @Nullable SearchScratch pooled = SCRATCHES.poll();
    SearchScratch scratch = pooled != null ? pooled : new SearchScratch();
    BitSet waiting;
    int found;
    do {
      @Nullable SearchableGraph present = searched;
      waiting = pending.snapshot();
      if (present == null) {
        return -1;
      }
      // Another graph has other slots, and so other slots are pending beside it.
      found =
          present.equals(searched)
              ? present.search(query, 0, nearest.k(), ef, accept, most, scratch)
              : SearchableGraph.CLOSED;
    } while (found == SearchableGraph.CLOSED);
    long compared = scratch.isComplete() ? scratch.compared() : -1;
    for (int i = 0; i < found; i++) {
      // What was indexed since is met again among the pending.
      if (!waiting.get(scratch.slot(i))) {
        nearest.offer(scratch.slot(i), scratch.distance(i));
      }
    }
    boolean _ = SCRATCHES.offer(scratch);
    if (compared < 0) {
      return -1;
    }
    BlockScan scan =
        new BlockScan(
            collection.vectors(), collection.metric(), query, new NearestHeap[] {nearest});
    for (int from = waiting.nextSetBit(0); from >= 0; ) {
      int to = waiting.nextClearBit(from);
      scan.scan(from, to, accept);
      from = waiting.nextSetBit(to);
    }
    return compared + scan.compared();
  }

  /// Has `search` run for the numbers of that many questions, on all cores where that is worth it.
  void forEachQuestion(int questions, IntConsumer search) {
    scanners.forEach(0, questions, search);
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
    pending.add(firstSlot, count);
    lock.lock();
    try {
      work.signal();
    } finally {
      lock.unlock();
    }
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
  public long slotsLetGo() {
    return failed ? Long.MAX_VALUE / 2 : releasedSlots;
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

  /// Ends the indexer, which writes the graph down; it stays as far as it is.
  @Override
  public void close() {
    store.removeListener(collection, this);
    stop();
    ThreadEnd.await(indexer);
  }

  private void run() {
    try {
      takeOver();
      CoreThreads.letOthersGoFirst();
      while (step()) {
        save(StoredGraph::saveIfDue);
        if (gaveUpRoom()) {
          // The memory of a graph goes when it is collected, and an idle process rarely collects.
          System.gc();
        }
      }
      save((file, present, _) -> file.saveBeforeClosing(present));
    } catch (RuntimeException | Error e) {
      // Searches stay right without a graph: what is not in it is compared one by one. One that
      // nothing is removed from any more would keep the store from letting go of what died.
      LOG.error("Indexing collection {} stopped", collection.name(), e);
      use(null);
      failed = true;
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Begins with the graph that was written last: searches may have it where it lies until it was
  /// read.
  private void takeOver() {
    try {
      if (collection.dimension() > 0) {
        Optional<GraphFiles.Image> image = stored.read();
        if (image.isPresent()) {
          takeOver(image.get());
        }
      }
    } finally {
      searchable.countDown();
      takenOver.countDown();
    }
  }

  private void takeOver(GraphFiles.Image image) {
    Optional<ImageGraph> view = stored.view(image);
    try {
      view.ifPresent(seen -> {
        searched = seen;
        pending.removeAll(seen.slots());
        pending.removeIf(slot -> !collection.isLive(slot));
        searchable.countDown();
      });
      Optional<HnswGraph> loaded = stored.load(image, threads, () -> closed);
      if (view.isPresent()) {
        loaded.ifPresent(read -> stored.warmUp(read, () -> closed));
        pending.addUnless(
            view.get().slots(), slot -> loaded.isPresent() && loaded.get().contains(slot));
      }
      nodesTakenOver = loaded.map(HnswGraph::size).orElse(0);
      use(loaded.orElse(null));
    } finally {
      view.ifPresent(ImageGraph::close);
      image.close();
    }
  }

  /// Has searches and changes use another graph, or none. What the one before had and this does not
  /// is pending by now.
  private void use(@Nullable HnswGraph other) {
    graph = other;
    searched = other;
    if (other != null) {
      pending.removeIf(other::contains);
    }
  }

  private boolean isRoomy(HnswGraph present) {
    return present.slots() - LEAST_ROOM > 2L * collection.slotLimit();
  }

  /// A graph keeps memory for every slot that it ever had. One that is mostly room gives way to the
  /// same in less; says whether it did.
  private boolean gaveUpRoom() {
    HnswGraph present = graph;
    if (present == null || pending.count() > 0 || !isRoomy(present)) {
      return false;
    }
    Optional<HnswGraph> smaller = stored.rewritten(present, threads, () -> closed);
    // First, so that no search misses what the other graph does not have.
    pending.add(0, collection.slotLimit());
    use(smaller.orElse(null));
    return true;
  }

  @FunctionalInterface
  private interface Saving {
    void of(StoredGraph file, HnswGraph graph, boolean busy);
  }

  private void save(Saving saving) {
    HnswGraph present = graph;
    if (present != null) {
      saving.of(stored, present, pending.count() > 0);
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
    lock.lock();
    try {
      while (!closed && removed.isEmpty() && pending.count() == 0) {
        work.await();
      }
      if (closed) {
        return false;
      }
      gone = removed.poll();
    } finally {
      lock.unlock();
    }
    try (VectorStore.Pin _ = store.pin()) {
      if (gone != null) {
        remove(gone);
      } else {
        insert(pending.first(BATCH));
      }
    }
    return true;
  }

  private void remove(int slot) {
    pending.remove(slot);
    HnswGraph present = graph;
    if (present != null && present.contains(slot)) {
      present.remove(slot);
      stored.note(1);
    }
    lock.lock();
    try {
      long sum = releasedSlots + 1;
      releasedSlots = sum;
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void insert(int[] slots) {
    HnswGraph present = graph;
    if (present == null) {
      present =
          new HnswGraph(
              collection.vectors(),
              collection.metric(),
              HnswParameters.forDimension(collection.dimension()));
      use(present);
    }
    HnswGraph growing = present;
    threads.forEach(
        0,
        slots.length,
        i -> {
          // Long vectors, in a process that has compiled nothing yet, take their time.
          if (!closed && collection.isLive(slots[i])) {
            growing.insert(slots[i]);
          }
        });
    stored.note(slots.length);
    if (!closed) {
      pending.removeAll(slots);
    }
  }
}
