package org.vexfs.daemon.index;

import java.util.Arrays;

/// Chooses a node's links among candidates: the paper's Algorithm 4, which prefers links in
/// different directions, with its option to fill up with pruned candidates.
///
/// A candidate is pruned if it is nearer to a chosen one than to the node, for then the chosen one
/// leads there. Equal vectors need a rule for ties: a candidate as far from a chosen one as from
/// the node is kept where the chosen one equals the node, else nothing beyond a heap of equal
/// vectors would ever be linked from inside it; it is pruned where all three are equally far apart,
/// else equal vectors would fill every place.
///
/// The writer's; its arrays are kept from use to use.
final class NeighbourSelection {
  private final Space space;
  private final SpanningTree tree;
  private long[] candidates = new long[256];
  private int size;
  private long[] chosen = new long[64];
  private int chosenSize;
  private long[] pruned = new long[256];
  private int prunedSize;

  NeighbourSelection(Space space, SpanningTree tree) {
    this.space = space;
    this.tree = tree;
  }

  /// Forgets all candidates.
  void clear() {
    size = 0;
  }

  /// Adds a candidate for `node`; it may be added more than once.
  void add(int node, int candidate) {
    add(Ranking.of(candidate, space.between(node, candidate)));
  }

  /// Adds a candidate whose distance to the node is known.
  void add(long candidate) {
    if (size == candidates.length) {
      candidates = Arrays.copyOf(candidates, 2 * size);
    }
    candidates[size] = candidate;
    size++;
  }

  /// At most `max` of the candidates, as links for `node`. Where `keepTree`, all those among them
  /// that the spanning tree joins to the node are chosen; they are at most `max`.
  int[] choose(int node, int max, boolean keepTree) {
    Arrays.sort(candidates, 0, size);
    int required = keepTree ? countRequired(node) : 0;
    if (chosen.length < max) {
      chosen = new long[max];
    }
    if (pruned.length < size) {
      pruned = new long[candidates.length];
    }
    chosenSize = 0;
    prunedSize = 0;
    for (int i = 0; i < size && chosenSize < max; i++) {
      long candidate = candidates[i];
      if (i > 0 && candidate == candidates[i - 1]) {
        continue;
      }
      if (keepTree && tree.joins(node, Ranking.slot(candidate))) {
        take(candidate);
        required--;
      } else if (chosenSize + required < max && leadsElsewhere(candidate)) {
        take(candidate);
      } else {
        pruned[prunedSize] = candidate;
        prunedSize++;
      }
    }
    for (int i = 0; i < prunedSize && chosenSize < max; i++) {
      take(pruned[i]);
    }
    int[] links = new int[chosenSize];
    for (int i = 0; i < chosenSize; i++) {
      links[i] = Ranking.slot(chosen[i]);
    }
    return links;
  }

  private int countRequired(int node) {
    int required = 0;
    for (int i = 0; i < size; i++) {
      boolean repeated = i > 0 && candidates[i] == candidates[i - 1];
      if (!repeated && tree.joins(node, Ranking.slot(candidates[i]))) {
        required++;
      }
    }
    return required;
  }

  private void take(long candidate) {
    chosen[chosenSize] = candidate;
    chosenSize++;
  }

  private boolean leadsElsewhere(long candidate) {
    int slot = Ranking.slot(candidate);
    float toNode = Ranking.distance(candidate);
    for (int i = 0; i < chosenSize; i++) {
      float toChosen = space.between(slot, Ranking.slot(chosen[i]));
      if (toChosen < toNode || (toChosen == toNode && toNode == Ranking.distance(chosen[i]))) {
        return false;
      }
    }
    return true;
  }
}
