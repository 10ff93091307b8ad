package org.vexfs.daemon.search;

import java.util.Optional;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.store.DirectoryNode;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.VectorCollection;

/// Which files a search is about: those below a directory, but for one.
///
/// @param directory the directory
/// @param node the same in the catalogue, where it is not all of SOURCE
/// @param excluded the file that is left out
/// @param isPossible whether there may be any
record Scope(
    TreePath directory,
    Optional<DirectoryNode> node,
    Optional<FileNode> excluded,
    boolean isPossible) {
  static Scope everything(Optional<FileNode> excluded) {
    return new Scope(TreePath.ROOT, Optional.empty(), excluded, true);
  }

  static Scope below(TreePath directory, DirectoryNode node, Optional<FileNode> excluded) {
    return new Scope(directory, Optional.of(node), excluded, true);
  }

  static Scope nothing() {
    return new Scope(TreePath.ROOT, Optional.empty(), Optional.empty(), false);
  }

  /// Whether every file of a collection is meant.
  boolean isEverything() {
    return node.isEmpty();
  }

  /// Whether the file is meant whose row is in a slot.
  boolean contains(VectorCollection collection, int slot) {
    if (excluded.isPresent() && collection.isOf(slot, excluded.get())) {
      return false;
    }
    return node.isEmpty() || collection.isWithin(slot, node.get());
  }
}
