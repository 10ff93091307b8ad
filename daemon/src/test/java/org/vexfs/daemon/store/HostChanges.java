package org.vexfs.daemon.store;

import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;

/// Tells a store of changes of names, as the mount does, about files whose fingerprints are not
/// known.
public final class HostChanges {
  private HostChanges() {}

  /// A file or directory was renamed, and the last name of what was there is gone.
  public static void rename(VectorStore store, TreePath from, TreePath to) throws VectorFailure {
    if (!from.equals(to)) {
      carryOut(store, Intent.rename(from, 0, to, 0, Intent.Fate.GONE));
    }
  }

  /// Two files or directories were exchanged.
  public static void exchange(VectorStore store, TreePath path, TreePath other)
      throws VectorFailure {
    if (!path.equals(other)) {
      carryOut(store, Intent.exchange(path, 0, other, 0));
    }
  }

  /// A file got a further name.
  public static void link(VectorStore store, TreePath existing, TreePath added)
      throws VectorFailure {
    carryOut(store, Intent.link(existing, 0, added));
  }

  /// An empty directory was removed.
  public static void removeDirectory(VectorStore store, TreePath directory) throws VectorFailure {
    carryOut(store, Intent.unlink(directory, 0, 0, Intent.Fate.DIRECTORY));
  }

  private static void carryOut(VectorStore store, Intent intent) throws VectorFailure {
    store.names().intend(intent);
    store.names().settle(intent, true);
  }
}
