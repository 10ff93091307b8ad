package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;

/// A graph that can be searched, wherever it lies.
public sealed interface SearchableGraph permits HnswGraph, ImageGraph {
  /// What [#search] returns where the graph is not to be had any more.
  int CLOSED = -1;

  /// Searches for the `k` slots nearest to a query among those that `accept` lets through, and
  /// leaves them in `scratch`, in ascending order of (distance, slot). It gives up where it would
  /// have to compute more than about `most` distances on layer 0: see [SearchScratch#isComplete].
  ///
  /// Recall and cost grow with `ef`. What `accept` holds back is passed through but not counted, so
  /// the search spreads until it has `ef` slots or has seen the graph. Fastest where query and
  /// vectors are in the same kind of segment.
  ///
  /// @param queryOffset where in `query` the vector begins, in bytes; a multiple of 4
  /// @param k the most results; at least 1
  /// @param ef breadth of the search; raised to `k` where it is less
  /// @return the number of results, or [#CLOSED]
  int search(
      MemorySegment query,
      long queryOffset,
      int k,
      int ef,
      SlotPredicate accept,
      long most,
      SearchScratch scratch);

  /// Number of slots in the graph.
  int size();
}
