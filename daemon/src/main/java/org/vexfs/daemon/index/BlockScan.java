package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.distance.DistanceKernel;
import org.vexfs.daemon.distance.Kernels;
import org.vexfs.daemon.distance.Metric;

/// The exact nearest neighbours of several queries at once, which [ExactScan] finds one by one: a
/// block of vectors is compared with every query while it stays in the cache, so that memory is
/// read once for all of them. Both find the same, bit by bit.
///
/// A scan covers any ranges, one after the other; scans of different ranges, by several threads,
/// are put together by [#addAll]. One thread at a time.
public final class BlockScan {
  /// A block of vectors, which all queries go over in turn, is to stay in the second cache beside
  /// them.
  private static final int BLOCK_BYTES = 1 << 17;

  private static final int MAX_BLOCK_SLOTS = 512;

  private final Vectors vectors;
  private final DistanceKernel kernel;
  private final MemorySegment queries;
  private final NearestHeap[] nearest;
  private final int dimension;

  /// The block: slots, and where the vector of each lies.
  private final int[] slots;

  private final MemorySegment[] segments;
  private final long[] offsets;
  private int filled;

  private long compared;

  /// A scan for as many queries as there are heaps.
  ///
  /// @param queries vectors, one after the other
  /// @param nearest what is found goes there, for each query in turn
  public BlockScan(Vectors vectors, Metric metric, MemorySegment queries, NearestHeap[] nearest) {
    this.vectors = vectors;
    this.kernel = Kernels.forMetric(metric);
    this.queries = queries;
    this.nearest = nearest.clone();
    this.dimension = vectors.dimension();
    int length = Math.clamp(BLOCK_BYTES / (Float.BYTES * dimension), 1, MAX_BLOCK_SLOTS);
    this.slots = new int[length];
    this.segments = new MemorySegment[length];
    this.offsets = new long[length];
  }

  /// Compares those of the slots `from` … `to` - 1 that `accept` lets through.
  public void scan(int from, int to, SlotPredicate accept) {
    if (nearest.length == 1) {
      scanForOne(from, to, accept);
      return;
    }
    for (int slot = accept.next(from, to); slot < to; slot = accept.next(slot + 1, to)) {
      slots[filled] = slot;
      segments[filled] = vectors.segment(slot);
      offsets[filled] = vectors.offset(slot);
      filled++;
      if (filled == slots.length) {
        compareBlock();
      }
    }
    compareBlock();
  }

  /// With one query there is nothing to share, and no block to be made.
  private void scanForOne(int from, int to, SlotPredicate accept) {
    NearestHeap heap = nearest[0];
    for (int slot = accept.next(from, to); slot < to; slot = accept.next(slot + 1, to)) {
      heap.offer(
          slot,
          kernel.distance(queries, 0, vectors.segment(slot), vectors.offset(slot), dimension));
      compared++;
    }
  }

  private void compareBlock() {
    long stride = (long) Float.BYTES * dimension;
    for (int query = 0; query < nearest.length; query++) {
      NearestHeap heap = nearest[query];
      for (int i = 0; i < filled; i++) {
        heap.offer(
            slots[i], kernel.distance(queries, query * stride, segments[i], offsets[i], dimension));
      }
    }
    compared += filled;
    filled = 0;
  }

  /// Vectors that were compared with each query.
  public long compared() {
    return compared;
  }

  /// Takes over what a scan of other slots for the same queries found; that one is used up.
  public void addAll(BlockScan other) {
    compared += other.compared;
    for (int query = 0; query < nearest.length; query++) {
      nearest[query].addAll(other.nearest[query]);
    }
  }
}
