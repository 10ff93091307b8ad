package org.vexfs.daemon.overlay;

import org.vexfs.daemon.base.TreePath;

/// Hears of the names of directories that changed through the mount, right after they did. What is
/// told may also be the name of a file, which has the same path as no directory.
public interface DirectoryObserver {
  /// Whether there is anything to be told; otherwise nobody finds out what.
  boolean isInterested();

  /// What was at `from` is at `to`; what was there is gone.
  void renamed(TreePath from, TreePath to);

  /// What was at either path is at the other.
  void exchanged(TreePath path, TreePath other);

  /// A directory is gone.
  void removed(TreePath directory);
}
