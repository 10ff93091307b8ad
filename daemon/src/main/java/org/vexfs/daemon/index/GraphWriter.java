package org.vexfs.daemon.index;

/// Insertion (the paper's Algorithm 1) and removal, which the paper leaves open. One thread at a
/// time; searches may run meanwhile.
///
/// The order of stores is chosen for them: a node's own links are in place before anything leads to
/// it, and a node that goes away is bypassed, unlinked and no longer the entry before its own links
/// are dropped.
final class GraphWriter {
  private final Topology topology;
  private final Space space;
  private final HnswParameters parameters;
  private final GraphSearch search;
  private final SpanningTree tree;
  private final NeighbourSelection selection;
  private final SearchScratch scratch = new SearchScratch();

  GraphWriter(Topology topology, Space space, HnswParameters parameters, GraphSearch search) {
    this.topology = topology;
    this.space = space;
    this.parameters = parameters;
    this.search = search;
    this.tree = new SpanningTree(topology.base(), parameters.m());
    this.selection = new NeighbourSelection(space, tree);
  }

  SpanningTree tree() {
    return tree;
  }

  void insert(int node) {
    int top = parameters.level(node);
    long entry = topology.entry();
    if (entry < 0) {
      for (int index = 0; index <= top; index++) {
        topology.layer(index).setLinks(node, new int[0]);
      }
      tree.setParent(node, SpanningTree.NONE);
      topology.setEntry(node, top);
      return;
    }
    int entryLayer = Topology.entryLayer(entry);
    int[][] neighbours = new int[top + 1][];
    long nearest = search.descend(space.segment(node), space.offset(node), entry, top);
    for (int index = Math.min(top, entryLayer); index >= 0; index--) {
      nearest = findCandidates(node, topology.layer(index), nearest);
      neighbours[index] = selection.choose(parameters.m(), false);
    }
    joinTree(node, neighbours[0]);
    for (int index = 0; index <= top; index++) {
      link(node, index, index > entryLayer ? new int[0] : neighbours[index]);
    }
    if (top > entryLayer) {
      topology.setEntry(node, top);
    }
  }

  /// Puts the nodes nearest to a new one into the selection; returns the nearest.
  private long findCandidates(int node, Layer layer, long start) {
    int ef = parameters.efConstruction();
    search.searchLayer(
        layer, space.segment(node), space.offset(node), start, ef, SlotPredicate.ALL, scratch);
    NearestHeap found = scratch.results;
    found.sort();
    selection.begin(node);
    for (int rank = 0; rank < found.size(); rank++) {
      selection.add(found.slot(rank), found.distance(rank));
    }
    if (found.size() == ef && found.distance(0) == found.distance(ef - 1)) {
      addBeyondTies(node, layer);
    }
    return found.ranking(0);
  }

  /// Where all that was found is equally far, as among equal vectors, the new node would be linked
  /// to nothing else; so what some of them are linked to is considered as well.
  private void addBeyondTies(int node, Layer layer) {
    NearestHeap found = scratch.results;
    float tie = found.distance(0);
    for (int rank = 0; rank < parameters.m(); rank++) {
      for (int neighbour : layer.links(found.slot(rank))) {
        float distance = space.between(node, neighbour);
        if (distance > tie) {
          selection.add(neighbour, distance);
        }
      }
    }
  }

  /// Gives a new node its parent: the nearest of its neighbours that has room.
  private void joinTree(int node, int[] neighbours) {
    for (int neighbour : neighbours) {
      if (tree.hasRoom(neighbour)) {
        tree.setParent(node, neighbour);
        return;
      }
    }
    tree.setParent(node, tree.roomBelow(neighbours[0]));
  }

  /// Puts a new node on a layer, with links to its neighbours and from them.
  private void link(int node, int index, int[] neighbours) {
    Layer layer = topology.layer(index);
    layer.setLinks(node, neighbours);
    for (int neighbour : neighbours) {
      addLink(index, neighbour, node);
    }
    if (index == 0) {
      joinToParent(node);
    }
  }

  private void joinToParent(int node) {
    int parent = tree.parent(node);
    addLink(0, node, parent);
    addLink(0, parent, node);
  }

  /// Adds a link to those of `from`, at the expense of another where there are too many.
  private void addLink(int index, int from, int to) {
    Layer layer = topology.layer(index);
    int[] links = layer.links(from);
    if (Layer.contains(links, to)) {
      return;
    }
    int max = parameters.maxLinks(index);
    int[] more = new int[links.length + 1];
    System.arraycopy(links, 0, more, 0, links.length);
    more[links.length] = to;
    if (more.length > max) {
      selection.begin(from);
      for (int candidate : more) {
        selection.add(candidate);
      }
      more = selection.choose(max, index == 0);
    }
    layer.setLinks(from, more);
  }

  void remove(int node) {
    leaveTree(node);
    for (int index = 0; index < HnswGraph.MAX_LAYERS; index++) {
      if (topology.layer(index).contains(node)) {
        bypass(node, index);
      }
    }
    if (Topology.entryNode(topology.entry()) == node) {
      moveEntry(node);
    }
    for (int index = HnswGraph.MAX_LAYERS - 1; index >= 0; index--) {
      if (topology.layer(index).contains(node)) {
        topology.layer(index).remove(node);
      }
    }
  }

  /// Hangs the node's children elsewhere: the first where the node was, the others below the first,
  /// which cannot close a circle.
  private void leaveTree(int node) {
    int[] children = tree.children(node);
    int parent = tree.parent(node);
    tree.setParent(node, SpanningTree.NONE);
    for (int i = 0; i < children.length; i++) {
      int newParent = i == 0 ? parent : tree.roomBelow(children[0]);
      tree.setParent(children[i], newParent);
      if (newParent != SpanningTree.NONE) {
        joinToParent(children[i]);
      }
    }
  }

  /// Takes away all links to the node on a layer; those who had one choose anew among what they
  /// have and what the node is linked to.
  private void bypass(int node, int index) {
    Layer layer = topology.layer(index);
    int[] onward = layer.links(node);
    for (int from : layer.incoming(node)) {
      selection.begin(from);
      for (int link : layer.links(from)) {
        if (link != node) {
          selection.add(link);
        }
      }
      for (int link : onward) {
        if (link != from) {
          selection.add(link);
        }
      }
      layer.setLinks(from, selection.choose(parameters.maxLinks(index), index == 0));
    }
  }

  /// Makes another node the entry: one on the topmost layer that has another.
  private void moveEntry(int node) {
    for (int index = HnswGraph.MAX_LAYERS - 1; index >= 0; index--) {
      Layer layer = topology.layer(index);
      if (layer.size() > (layer.contains(node) ? 1 : 0)) {
        int[] onward = layer.links(node);
        topology.setEntry(onward.length > 0 ? onward[0] : layer.anyNodeBut(node), index);
        return;
      }
    }
    topology.clearEntry();
  }
}
