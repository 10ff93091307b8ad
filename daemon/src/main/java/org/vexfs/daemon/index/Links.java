package org.vexfs.daemon.index;

/// Changes of links that insertion and removal have in common, and what they need for them. One
/// thread at a time; several may each have theirs.
final class Links {
  private final Topology topology;
  private final SpanningTree tree;
  private final HnswParameters parameters;
  private final NeighbourSelection selection;

  Links(Topology topology, SpanningTree tree, TraversalSpace space, HnswParameters parameters) {
    this.topology = topology;
    this.tree = tree;
    this.parameters = parameters;
    this.selection = new NeighbourSelection(space, tree);
  }

  /// For choosing among candidates.
  NeighbourSelection selection() {
    return selection;
  }

  /// Adds a link to those of `from`, at the expense of others where there are too many.
  void add(int index, int from, int to) {
    Layer layer = topology.layer(index);
    synchronized (layer.lock(from)) {
      addLocked(index, from, to);
    }
  }

  /// The caller holds the lock of `from`.
  private void addLocked(int index, int from, int to) {
    Layer layer = topology.layer(index);
    int[] links = layer.links(from);
    if (Layer.contains(links, to)) {
      return;
    }
    int max = parameters.maxLinks(index);
    if (links.length < max) {
      layer.addLink(from, links, to);
      return;
    }
    selection.begin(from);
    for (int link : links) {
      selection.add(link);
    }
    selection.add(to);
    layer.setLinks(from, choose(index));
  }

  /// Links for the node that [#selection] was begun for, among its candidates.
  int[] choose(int index) {
    return selection.choose(parameters.maxLinks(index), index == 0);
  }

  /// Makes `parent` the parent of a node if it has room for a child.
  boolean adopt(int parent, int node) {
    synchronized (topology.base().lock(parent)) {
      if (!tree.hasRoom(parent)) {
        return false;
      }
      tree.setParent(node, parent);
      addLocked(0, parent, node);
      return true;
    }
  }

  /// Hangs a node, the root of a tree of its own, below `parent`, which has room for a child. No
  /// other thread changes links meanwhile.
  void hang(int parent, int node) {
    tree.setParent(node, parent);
    add(0, node, parent);
    add(0, parent, node);
  }
}
