package org.vexfs.daemon.index;

/// The memory that a search works in and leaves its results in. A thread keeps one, or takes it
/// from a pool, and hands it to search after search, which then allocate nothing once it has grown
/// to what they need: 4 bytes a slot of the graph, and 8 a node seen at once.
///
/// One thread at a time; it may serve several graphs in turn.
public final class SearchScratch {
  final CandidateQueue candidates = new CandidateQueue();
  final VisitedSlots visited = new VisitedSlots();
  final NearestHeap results = new NearestHeap(1);

  /// Empty; grows with use.
  public SearchScratch() {}

  /// Number of results of the last search.
  public int size() {
    return results.size();
  }

  /// The slot at `rank` of the last search's results, counted from 0.
  public int slot(int rank) {
    return results.slot(rank);
  }

  /// The comparable distance at `rank` of the last search's results, counted from 0.
  public float distance(int rank) {
    return results.distance(rank);
  }
}
