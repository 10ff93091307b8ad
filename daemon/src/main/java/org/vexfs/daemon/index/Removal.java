package org.vexfs.daemon.index;

/// Removal, which the paper leaves open. One thread, and no insertion meanwhile; searches may run.
///
/// The order of stores is chosen for them: a node that goes away is bypassed, unlinked and no
/// longer the entry before its own links are dropped.
final class Removal {
  private final Topology topology;
  private final SpanningTree tree;
  private final Links links;

  Removal(Topology topology, SpanningTree tree, TraversalSpace space, HnswParameters parameters) {
    this.topology = topology;
    this.tree = tree;
    this.links = new Links(topology, tree, space, parameters);
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
      if (newParent == SpanningTree.NONE) {
        tree.setParent(children[i], newParent);
      } else {
        links.hang(newParent, children[i]);
      }
    }
  }

  /// Takes away all links to the node on a layer; those who had one choose anew among what they
  /// have and what the node is linked to.
  private void bypass(int node, int index) {
    Layer layer = topology.layer(index);
    int[] onward = layer.links(node);
    NeighbourSelection selection = links.selection();
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
      layer.setLinks(from, links.choose(index));
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
