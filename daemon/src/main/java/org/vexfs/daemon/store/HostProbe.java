package org.vexfs.daemon.store;

import java.util.Map;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;

/// What SOURCE has now, for files that vanished, moved or were replaced behind the mount.
@FunctionalInterface
public interface HostProbe {
  /// The fingerprint of what is at a path, which may be the root, not following a symbolic link; 0
  /// where nothing is.
  ///
  /// Called with the writer lock held, and only where what the store knows and what it is told do
  /// not fit; it must not call the store.
  long inodeAt(TreePath path);

  /// Where the files with these fingerprints lie, as far as they lie anywhere. Takes as long as
  /// SOURCE is large; called with no lock held.
  default Map<Long, TreePath> find(Set<Long> inodes) {
    return Map.of();
  }
}
