package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;

/// Search over the layers: the paper's Algorithms 2 and 5, without recursion.
///
/// All work is bounded whatever a writer does meanwhile: the descent moves only to strictly nearer
/// nodes, hence to each at most once, and the search of a layer expands each node at most once.
final class GraphSearch {
  /// How often a search starts anew because the node it was to start from was removed under it.
  /// Each time takes another removal, of that very node, so that it never comes to this.
  private static final int MAX_STARTS = 1_000;

  private final Topology topology;
  private final Space space;

  GraphSearch(Topology topology, Space space) {
    this.topology = topology;
    this.space = space;
  }

  /// Leaves in `scratch.results`, sorted, at most `ef` nodes near the query that `accept` lets
  /// through.
  void search(
      MemorySegment query, long offset, int ef, SlotPredicate accept, SearchScratch scratch) {
    scratch.results.reset(ef);
    for (int start = 0; start < MAX_STARTS; start++) {
      long entry = topology.entry();
      if (entry < 0) {
        break;
      }
      long nearest = descend(query, offset, entry, 0);
      if (topology.base().contains(Ranking.slot(nearest))) {
        searchLayer(topology.base(), query, offset, nearest, ef, accept, scratch);
        break;
      }
    }
    scratch.results.sort();
  }

  /// From an entry, the nearest node that greedy steps find on the layers above `downTo`.
  long descend(MemorySegment query, long offset, long entry, int downTo) {
    int node = Topology.entryNode(entry);
    long nearest = Ranking.of(node, space.distance(query, offset, node));
    for (int index = Topology.entryLayer(entry); index > downTo; index--) {
      nearest = step(topology.layer(index), query, offset, nearest);
    }
    return nearest;
  }

  private long step(Layer layer, MemorySegment query, long offset, long start) {
    long nearest = start;
    float distance = Ranking.distance(start);
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int neighbour : layer.links(Ranking.slot(nearest))) {
        float candidate = space.distance(query, offset, neighbour);
        if (candidate < distance) {
          distance = candidate;
          nearest = Ranking.of(neighbour, candidate);
          moved = true;
        }
      }
    }
    return nearest;
  }

  /// Algorithm 2: best first from `start`, until the nearest node not yet expanded is farther than
  /// the `ef` results found. Nodes that `accept` holds back are passed through all the same.
  void searchLayer(
      Layer layer,
      MemorySegment query,
      long offset,
      long start,
      int ef,
      SlotPredicate accept,
      SearchScratch scratch) {
    CandidateQueue candidates = scratch.candidates;
    VisitedSlots visited = scratch.visited;
    NearestHeap results = scratch.results;
    results.reset(ef);
    candidates.clear();
    visited.clear(topology.base().slots());
    visited.add(Ranking.slot(start));
    candidates.add(start);
    if (accept.test(Ranking.slot(start))) {
      results.offer(start);
    }
    float worst = results.worst();
    while (!candidates.isEmpty()) {
      long nearest = candidates.removeNearest();
      if (Ranking.distance(nearest) > worst) {
        break;
      }
      for (int neighbour : layer.links(Ranking.slot(nearest))) {
        if (!visited.add(neighbour)) {
          continue;
        }
        float distance = space.distance(query, offset, neighbour);
        if (distance < worst || !results.isFull()) {
          long candidate = Ranking.of(neighbour, distance);
          candidates.add(candidate);
          if (accept.test(neighbour) && layer.contains(neighbour)) {
            results.offer(candidate);
            worst = results.worst();
          }
        }
      }
    }
  }
}
