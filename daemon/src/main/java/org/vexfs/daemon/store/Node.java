package org.vexfs.daemon.store;

/// A place of the catalogue, which lives from its creation until nothing below it bears vectors.
abstract sealed class Node permits DirectoryNode, FileNode {
  private final long id;

  Node(long id) {
    this.id = id;
  }

  /// What the log calls this; never used again for another.
  final long id() {
    return id;
  }
}
