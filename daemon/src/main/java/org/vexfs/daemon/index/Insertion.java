package org.vexfs.daemon.index;

/// Insertion, the paper's Algorithm 1. One thread at a time; several may insert side by side, each
/// with its own, while searches run.
///
/// The order of stores is chosen for them: a node's own links are in place, on all its layers,
/// before anything leads to it, and it becomes the entry last.
final class Insertion {
  private final Topology topology;
  private final TraversalSpace space;
  private final HnswParameters parameters;
  private final GraphSearch search;
  private final SpanningTree tree;
  private final Links links;
  private final SearchScratch scratch = new SearchScratch();

  Insertion(
      Topology topology,
      SpanningTree tree,
      TraversalSpace space,
      HnswParameters parameters,
      GraphSearch search) {
    this.topology = topology;
    this.tree = tree;
    this.space = space;
    this.parameters = parameters;
    this.search = search;
    this.links = new Links(topology, tree, space, parameters);
  }

  /// Inserts a node that is not there. Whoever rises above the entry does so alone, for the layers
  /// up there are its own.
  void insert(int node) {
    space.prepare(node);
    int top = parameters.level(node);
    long entry = topology.entry();
    if (top <= Topology.entryLayer(entry)) {
      insert(node, top, entry);
    } else {
      synchronized (topology) {
        entry = topology.entry();
        if (entry < 0) {
          insertFirst(node, top);
        } else {
          insert(node, top, entry);
          if (top > Topology.entryLayer(entry)) {
            topology.setEntry(node, top);
          }
        }
      }
    }
  }

  private void insertFirst(int node, int top) {
    tree.setParent(node, SpanningTree.NONE);
    for (int index = 0; index <= top; index++) {
      topology.layer(index).add(node, new int[0]);
    }
    topology.setEntry(node, top);
  }

  private void insert(int node, int top, long entry) {
    int entryLayer = Topology.entryLayer(entry);
    int[][] neighbours = new int[top + 1][0];
    space.aim(node, scratch.target);
    long nearest = search.descend(entry, top, scratch);
    for (int index = Math.min(top, entryLayer); index >= 0; index--) {
      nearest = findCandidates(node, topology.layer(index), nearest);
      neighbours[index] = links.selection().choose(parameters.m(), false);
    }
    for (int index = 0; index <= top; index++) {
      topology.layer(index).add(node, neighbours[index].clone());
    }
    joinTree(node, neighbours[0]);
    for (int index = 0; index <= top; index++) {
      for (int neighbour : neighbours[index]) {
        links.add(index, neighbour, node);
      }
    }
  }

  /// Puts the nodes nearest to a new one into the selection; returns the nearest.
  private long findCandidates(int node, Layer layer, long start) {
    int ef = parameters.efConstruction();
    search.searchLayer(layer, start, ef, SlotPredicate.ALL, scratch);
    NearestHeap found = scratch.found;
    found.sort();
    NeighbourSelection selection = links.selection();
    selection.begin(node);
    for (int rank = 0; rank < found.size(); rank++) {
      selection.add(found.slot(rank), found.distance(rank));
    }
    if (found.size() == ef && found.distance(0) == found.distance(ef - 1)) {
      addBeyondTies(layer);
    }
    return found.ranking(0);
  }

  /// Where all that was found is equally far, as among equal vectors, the new node would be linked
  /// to nothing else; so what some of them are linked to is considered as well.
  private void addBeyondTies(Layer layer) {
    NearestHeap found = scratch.found;
    float tie = found.distance(0);
    for (int rank = 0; rank < parameters.m(); rank++) {
      for (int neighbour : layer.links(found.slot(rank))) {
        float distance = space.distance(scratch.target, neighbour);
        if (distance > tie) {
          links.selection().add(neighbour, distance);
        }
      }
    }
  }

  /// Gives a new node its parent: the nearest of its neighbours that has room.
  private void joinTree(int node, int[] neighbours) {
    for (int neighbour : neighbours) {
      if (links.adopt(neighbour, node)) {
        return;
      }
    }
    int parent = tree.roomBelow(neighbours[0]);
    while (!links.adopt(parent, node)) {
      parent = tree.roomBelow(neighbours[0]);
    }
    links.add(0, node, parent);
  }
}
