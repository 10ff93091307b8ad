package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.distance.Metric;

/// Exact nearest neighbours, by looking at every vector: for small sets, for filters that let
/// little through, and as the truth that approximate answers are measured by.
///
/// A scan covers a range and adds to a heap, so a large one can be cut into ranges whose heaps are
/// merged. Stateless; any thread.
public final class ExactScan {
  private final Space space;

  /// A scan over these vectors.
  public ExactScan(Vectors vectors, Metric metric) {
    this.space = new Space(vectors, metric);
  }

  /// Offers to `nearest` those of the slots `from` … `to` - 1 that `accept` lets through.
  public void scan(
      MemorySegment query,
      long queryOffset,
      int from,
      int to,
      SlotPredicate accept,
      NearestHeap nearest) {
    for (int slot = from; slot < to; slot++) {
      if (accept.test(slot)) {
        nearest.offer(slot, space.distance(query, queryOffset, slot));
      }
    }
  }

  /// Offers to `nearest` the slots at the indices `from` … `to` - 1 of `slots`.
  public void scan(
      MemorySegment query, long queryOffset, int[] slots, int from, int to, NearestHeap nearest) {
    for (int i = from; i < to; i++) {
      nearest.offer(slots[i], space.distance(query, queryOffset, slots[i]));
    }
  }
}
