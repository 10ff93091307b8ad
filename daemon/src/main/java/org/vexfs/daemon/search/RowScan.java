package org.vexfs.daemon.search;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.vexfs.daemon.index.BlockScan;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.store.VectorCollection;

/// Exact search: compares every row that matches, for several questions at once, on all cores where
/// that is much.
final class RowScan {
  /// Work, in values compared, for which another thread is worth waking.
  private static final long LEAST_SHARED_VALUES = 1 << 20;

  /// Slots that a thread takes at a time.
  private static final int STRIDE_SLOTS = 1_024;

  private final VectorCollection collection;
  private final CoreThreads threads;

  RowScan(VectorCollection collection, CoreThreads threads) {
    this.collection = collection;
    this.threads = threads;
  }

  /// Offers to each of `nearest`, for the query at the same place of `queries`, the slots that
  /// `accept` lets through. A pin is held.
  ///
  /// @param expected about how many those are
  /// @return how many those were
  long scan(MemorySegment queries, NearestHeap[] nearest, SlotPredicate accept, int expected) {
    int limit = collection.slotLimit();
    long values = (long) expected * collection.dimension() * nearest.length;
    AtomicLong next = new AtomicLong();
    Queue<BlockScan> scans = new ConcurrentLinkedQueue<>();
    threads.share(
        () -> {
          long from = next.getAndAdd(STRIDE_SLOTS);
          if (from >= limit) {
            return;
          }
          BlockScan scan = scanFor(queries, emptied(nearest));
          for (; from < limit; from = next.getAndAdd(STRIDE_SLOTS)) {
            scan.scan((int) from, (int) Math.min(limit, from + STRIDE_SLOTS), accept);
          }
          scans.add(scan);
        },
        values < LEAST_SHARED_VALUES ? 1 : Integer.MAX_VALUE);
    BlockScan all = scanFor(queries, nearest);
    scans.forEach(all::addAll);
    return all.compared();
  }

  private BlockScan scanFor(MemorySegment queries, NearestHeap[] nearest) {
    return new BlockScan(collection.vectors(), collection.metric(), queries, nearest);
  }

  private static NearestHeap[] emptied(NearestHeap[] heaps) {
    return Arrays.stream(heaps).map(heap -> new NearestHeap(heap.k())).toArray(NearestHeap[]::new);
  }
}
