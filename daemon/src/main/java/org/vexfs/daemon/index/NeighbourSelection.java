package org.vexfs.daemon.index;

import java.util.Arrays;

/// Chooses a node's links among candidates: the paper's Algorithm 4, which takes links in different
/// directions. Its option to fill up with pruned candidates is not taken: at equal recall a search
/// then computes about as many distances with fewer links to follow, and as a list that was pruned
/// has room for more before it is pruned again, a build computes less.
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
/// One thread at a time; the arrays are kept from use to use.
final class NeighbourSelection {
  private final TraversalSpace space;
  private final SpanningTree tree;
  private final Target target = new Target();
  private final Target candidateTarget = new Target();

  /// Rankings whose slots are disguised by [#mask], which makes the order of ties the node's own.
  private long[] candidates = new long[256];

  private int size;
  private int node;

  /// Whether [#target] is the node; where the distances of all candidates are known it need not be.
  private boolean aimed;

  private int mask;
  private long[] chosen = new long[64];
  private int chosenSize;

  NeighbourSelection(TraversalSpace space, SpanningTree tree) {
    this.space = space;
    this.tree = tree;
  }

  /// Begins to choose links for `node`, without candidates.
  void begin(int node) {
    this.node = node;
    aimed = false;
    mask = (node * 0x9E3779B9) >>> 1;
    size = 0;
  }

  /// Adds a candidate. The same one may be added more than once.
  void add(int candidate) {
    if (!aimed) {
      space.aim(node, target);
      aimed = true;
    }
    add(candidate, space.distance(target, candidate));
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
    chosenSize = 0;
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
      }
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
    if (chosenSize > 0) {
      space.aim(slot, candidateTarget);
    }
    for (int i = 0; i < chosenSize; i++) {
      float toChosen = space.distance(candidateTarget, slot(chosen[i]));
      if (toChosen < toNode || (toChosen == toNode && toNode == Ranking.distance(chosen[i]))) {
        return false;
      }
    }
    return true;
  }
}
