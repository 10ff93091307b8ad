package org.vexfs.daemon.index;

import java.util.Arrays;

/// The tree that holds layer 0 together.
///
/// The paper's graph may lose nodes: a node to which every link is pruned in favour of nearer ones
/// is never found again, and equal vectors make many such. Here every node but the root has a
/// *parent*, each of the two links to the other, and pruning spares these links. So from any node
/// every other can be reached, whatever is inserted and removed.
///
/// A node has at most m children, so that at least as many of its 2m links are free for the paper's
/// choice. Only the parent is recorded: the children of a node are those of its links whose parent
/// it is.
///
/// A node becomes the parent of another while the lock of its links is held. So whoever holds that
/// lock sees all of its children.
final class SpanningTree {
  /// The parent of the root, and of what is not in the tree.
  static final int NONE = -1;

  private final NodeBlocks blocks;
  private final Layer base;
  private final int maxChildren;

  SpanningTree(NodeBlocks blocks, Layer base, int maxChildren) {
    this.blocks = blocks;
    this.base = base;
    this.maxChildren = maxChildren;
  }

  int parent(int node) {
    return blocks.parent(node);
  }

  void setParent(int node, int parent) {
    blocks.setParent(node, parent);
  }

  /// Whether one is the parent of the other.
  boolean joins(int a, int b) {
    return parent(a) == b || parent(b) == a;
  }

  boolean hasRoom(int node) {
    int children = 0;
    for (int link : base.links(node)) {
      if (parent(link) == node) {
        children++;
      }
    }
    return children < maxChildren;
  }

  int[] children(int node) {
    return Arrays.stream(base.links(node)).filter(link -> parent(link) == node).toArray();
  }

  /// A node with room for a child, at or below `node`. There is one: a leaf has room.
  int roomBelow(int node) {
    int at = node;
    while (!hasRoom(at)) {
      int[] children = children(at);
      at = children[0];
      for (int child : children) {
        if (hasRoom(child)) {
          at = child;
          break;
        }
      }
    }
    return at;
  }
}
