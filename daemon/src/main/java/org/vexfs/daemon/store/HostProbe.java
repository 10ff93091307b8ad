package org.vexfs.daemon.store;

import org.vexfs.daemon.base.TreePath;

/// What SOURCE has at a path now, for files that vanished or were replaced behind the mount.
///
/// Called with the writer lock held, and only where what the store knows and what it is told do not
/// fit; it must not call the store.
@FunctionalInterface
public interface HostProbe {
  /// The inode number of what is there, not following a symbolic link; 0 where nothing is.
  long inodeAt(TreePath path);
}
