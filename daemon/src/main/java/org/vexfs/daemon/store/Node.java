package org.vexfs.daemon.store;

import org.jspecify.annotations.Nullable;

/// A place of the catalogue, which lives from its creation until nothing below it bears vectors.
abstract sealed class Node permits DirectoryNode, FileNode {
  private final long id;

  Node(long id) {
    this.id = id;
  }

  /// What the log calls this; never used again for another.
  public final long id() {
    return id;
  }

  /// By id: of a file that nobody touched since the last checkpoint there may be several objects.
  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof Node node && node.id == id;
  }

  @Override
  public final int hashCode() {
    return Long.hashCode(id);
  }
}
