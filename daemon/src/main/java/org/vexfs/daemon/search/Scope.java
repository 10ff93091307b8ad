package org.vexfs.daemon.search;

import java.util.Optional;
import java.util.function.Predicate;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.store.DirectoryNode;
import org.vexfs.daemon.store.FileNode;

/// Which files a search is about: those below a directory that a filter lets through, but for one.
///
/// @param directory the directory
/// @param node the same in the catalogue, where it is not all of SOURCE
/// @param excluded the file that is left out
/// @param filter what the files have to be besides; asked on the searching threads, does not fail
/// @param isPossible whether there may be any
record Scope(
    TreePath directory,
    Optional<DirectoryNode> node,
    Optional<FileNode> excluded,
    Optional<Predicate<FileNode>> filter,
    boolean isPossible) {
  static Scope everything(Optional<FileNode> excluded) {
    return new Scope(TreePath.ROOT, Optional.empty(), excluded, Optional.empty(), true);
  }

  static Scope below(TreePath directory, DirectoryNode node, Optional<FileNode> excluded) {
    return new Scope(directory, Optional.of(node), excluded, Optional.empty(), true);
  }

  static Scope nothing() {
    return new Scope(TreePath.ROOT, Optional.empty(), Optional.empty(), Optional.empty(), false);
  }

  /// The same, of those files only that `filter` lets through.
  Scope where(Optional<Predicate<FileNode>> filter) {
    return new Scope(directory, node, excluded, filter, isPossible);
  }
}
