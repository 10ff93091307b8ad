package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;

/// Search over the layers: the paper's Algorithms 2 and 5, without recursion, and the ranking of
/// what they find by the vectors themselves.
///
/// All work is bounded whatever a writer does meanwhile: the descent moves only to strictly nearer
/// nodes, hence to each at most once, and the search of a layer expands each node at most once.
final class GraphSearch {
  /// How often a search starts anew because the node it was to start from was removed under it.
  /// Each time takes another removal, of that very node, so that it never comes to this.
  private static final int MAX_STARTS = 1_000;

  /// What was found is ranked by the vectors in the order of its codes. Codes and vectors agree but
  /// for near neighbours in that order; so when this many in turn are no longer among the k
  /// nearest, those behind them are not either.
  private static final int RANKING_PATIENCE = 8;

  /// So many vectors are fetched at once to be ranked.
  private static final int RANKED_AT_ONCE = 8;

  private final LayerViews layers;
  private final Space vectors;
  private final WalkSpace space;

  /// The most links a node has on any layer.
  private final int maxLinks;

  GraphSearch(LayerViews layers, Space vectors, WalkSpace space, int maxLinks) {
    this.layers = layers;
    this.vectors = vectors;
    this.space = space;
    this.maxLinks = maxLinks;
  }

  /// Leaves in `scratch.results`, sorted, at most `k` nodes near the query that `accept` lets
  /// through. It gives up once it has computed more than `most` distances on layer 0.
  void search(
      MemorySegment query,
      long offset,
      int k,
      int ef,
      SlotPredicate accept,
      long most,
      SearchScratch scratch) {
    scratch.found.reset(ef);
    scratch.compared = 0;
    scratch.most = most;
    space.aim(query, offset, scratch.target);
    for (int start = 0; start < MAX_STARTS; start++) {
      long entry = layers.entry();
      if (entry < 0) {
        break;
      }
      long nearest = descend(entry, 0, scratch);
      if (layers.base().contains(Ranking.slot(nearest))) {
        searchLayer(layers.base(), nearest, ef, accept, scratch);
        break;
      }
    }
    scratch.target.clear();
    rank(query, offset, k, scratch);
  }

  /// Ranks what was found by the vectors, and leaves out what was removed meanwhile.
  private void rank(MemorySegment query, long offset, int k, SearchScratch scratch) {
    NearestHeap found = scratch.found;
    NearestHeap results = scratch.results;
    results.reset(k);
    found.sort();
    if (space.isExact()) {
      for (int i = 0; i < found.size() && !results.isFull(); i++) {
        if (layers.base().contains(found.slot(i))) {
          results.offer(found.ranking(i));
        }
      }
    } else {
      rankByVectors(query, offset, scratch);
    }
    results.sort();
  }

  private void rankByVectors(MemorySegment query, long offset, SearchScratch scratch) {
    NearestHeap found = scratch.found;
    NearestHeap results = scratch.results;
    int[] slots = scratch.links(RANKED_AT_ONCE);
    int misses = 0;
    int next = 0;
    while (next < found.size() && misses < RANKING_PATIENCE) {
      int count = 0;
      while (count < RANKED_AT_ONCE && next < found.size()) {
        int slot = found.slot(next);
        next++;
        if (layers.base().contains(slot)) {
          slots[count] = slot;
          count++;
        }
      }
      scratch.target.fetched += vectors.fetch(slots, 0, count);
      for (int i = 0; i < count; i++) {
        float distance = vectors.distance(query, offset, slots[i]);
        misses = results.offer(slots[i], distance) ? 0 : misses + 1;
      }
    }
  }

  /// From an entry, the nearest node to the target that greedy steps find on the layers above
  /// `downTo`. What was compared once is not nearer than where the steps have come to since, on
  /// whichever layer it is met again.
  long descend(long entry, int downTo, SearchScratch scratch) {
    int node = Topology.entryNode(entry);
    float distance = space.distance(scratch.target, node);
    scratch.visited.clear(layers.base().slots());
    scratch.visited.add(node);
    long nearest = Ranking.of(node, distance);
    for (int index = Topology.entryLayer(entry); index > downTo; index--) {
      nearest = step(layers.layer(index), nearest, scratch);
    }
    return nearest;
  }

  private long step(LayerView layer, long start, SearchScratch scratch) {
    int[] links = scratch.links(maxLinks);
    float[] distances = scratch.distances(maxLinks);
    long nearest = start;
    float distance = Ranking.distance(start);
    boolean moved = true;
    while (moved) {
      moved = false;
      int count = scratch.visited.addAll(links, layer.read(Ranking.slot(nearest), links));
      space.distances(scratch.target, links, count, distances);
      for (int i = 0; i < count; i++) {
        if (distances[i] < distance) {
          distance = distances[i];
          nearest = Ranking.of(links[i], distance);
          moved = true;
        }
      }
    }
    return nearest;
  }

  /// Algorithm 2: best first from `start`, until the nearest node not yet expanded is farther than
  /// the `ef` found, which are left in `scratch.found`. Nodes that `accept` holds back are passed
  /// through all the same.
  void searchLayer(
      LayerView layer, long start, int ef, SlotPredicate accept, SearchScratch scratch) {
    CandidateQueue candidates = scratch.candidates;
    VisitedSlots visited = scratch.visited;
    NearestHeap found = scratch.found;
    Target target = scratch.target;
    int[] links = scratch.links(maxLinks);
    float[] distances = scratch.distances(maxLinks);
    found.reset(ef);
    candidates.clear();
    visited.clear(layers.base().slots());
    visited.add(Ranking.slot(start));
    candidates.add(start);
    if (accept.test(Ranking.slot(start))) {
      found.offer(start);
    }
    float worst = found.worst();
    while (!candidates.isEmpty() && scratch.compared <= scratch.most) {
      long nearest = candidates.removeNearest();
      if (Ranking.distance(nearest) > worst) {
        break;
      }
      int count = visited.addAll(links, layer.read(Ranking.slot(nearest), links));
      scratch.compared += count;
      space.distances(target, links, count, distances);
      for (int i = 0; i < count; i++) {
        float distance = distances[i];
        if (distance < worst || !found.isFull()) {
          long candidate = Ranking.of(links[i], distance);
          candidates.add(candidate);
          if (accept.test(links[i])) {
            found.offer(candidate);
            worst = found.worst();
          }
        }
      }
    }
  }
}
