package org.vexfs.daemon.index;

/// The memory that a search works in and leaves its results in. A thread keeps one, or takes it
/// from a pool, and hands it to search after search, which then allocate nothing once it has grown
/// to what they need: 4 bytes a slot of the graph, 8 a node seen at once, and a query's code.
///
/// One thread at a time; it may serve several graphs in turn.
public final class SearchScratch {
  final CandidateQueue candidates = new CandidateQueue();
  final VisitedSlots visited = new VisitedSlots();

  /// What the walk found, by the distances that it goes by.
  final NearestHeap found = new NearestHeap(1);

  /// What is left to the caller, by the distances between vectors.
  final NearestHeap results = new NearestHeap(1);

  /// What the search is aimed at.
  final Target target = new Target();

  /// Distances that the search has computed on layer 0, and how many it may before it gives up.
  long compared;

  long most = Long.MAX_VALUE;

  private int[] links = new int[0];
  private float[] distances = new float[0];

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

  /// Nodes that the last search compared with its query on layer 0.
  public long compared() {
    return compared;
  }

  /// Whether the last search came to its end, rather than to the most distances that it might
  /// compute.
  public boolean isComplete() {
    return compared <= most;
  }

  /// Lets the last search count as one that did not come to its end, without results.
  void giveUp() {
    results.reset(1);
    most = 0;
    compared = 1;
  }

  /// Room for the links of a node, at most `max`.
  int[] links(int max) {
    if (links.length < max) {
      links = new int[max];
    }
    return links;
  }

  /// Room for the distances of as many.
  float[] distances(int max) {
    if (distances.length < max) {
      distances = new float[max];
    }
    return distances;
  }
}
