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
/// Candidates equally far are taken in an order that differs from node to node. Were it the same
/// for all, equal vectors would all be linked to the same few, and to remove one of those would
/// cost as much as there are equal vectors.
///
/// The writer's; its arrays are kept from use to use.
final class NeighbourSelection {
  private final Space space;
  private final SpanningTree tree;

  /// Rankings whose slots are disguised by [#mask], which makes the order of ties the node's own.
  private long[] candidates = new long[256];

  private int size;
  private int node;
  private int mask;
  private long[] chosen = new long[64];
  private int chosenSize;
  private long[] pruned = new long[256];
  private int prunedSize;

  NeighbourSelection(Space space, SpanningTree tree) {
    this.space = space;
    this.tree = tree;
  }

  /// Begins to choose links for `node`, without candidates.
  void begin(int node) {
    this.node = node;
    mask = (node * 0x9E3779B9) >>> 1;
    size = 0;
  }

  /// Adds a candidate. The same one may be added more than once.
  void add(int candidate) {
    add(candidate, space.between(node, candidate));
  }

  /// Adds a candidate whose distance to the node is known.
  void add(int candidate, float distance) {
    if (size == candidates.length) {
      candidates = Arrays.copyOf(candidates, 2 * size);
    }
    candidates[size] = Ranking.of(candidate ^ mask, distance);
    size++;
  }

  /// At most `max` of the candidates. Where `keepTree`, all those among them that the spanning tree
  /// joins to the node are chosen; they are at most `max`.
  int[] choose(int max, boolean keepTree) {
    Arrays.sort(candidates, 0, size);
    int required = keepTree ? countRequired() : 0;
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
      if (keepTree && tree.joins(node, slot(candidate))) {
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
      links[i] = slot(chosen[i]);
    }
    return links;
  }

  private int slot(long candidate) {
    return Ranking.slot(candidate) ^ mask;
  }

  private int countRequired() {
    int required = 0;
    for (int i = 0; i < size; i++) {
      boolean repeated = i > 0 && candidates[i] == candidates[i - 1];
      if (!repeated && tree.joins(node, slot(candidates[i]))) {
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
    int slot = slot(candidate);
    float toNode = Ranking.distance(candidate);
    for (int i = 0; i < chosenSize; i++) {
      float toChosen = space.between(slot, slot(chosen[i]));
      if (toChosen < toNode || (toChosen == toNode && toNode == Ranking.distance(chosen[i]))) {
        return false;
      }
    }
    return true;
  }
}
