package org.vexfs.daemon.app;

import java.util.Map;
import java.util.Set;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.SourceWalk;
import org.vexfs.daemon.store.HostProbe;

/// Tells the store what SOURCE has now.
///
/// @param sourceDescriptor SOURCE
record SourceProbe(int sourceDescriptor) implements HostProbe {
  @Override
  public long inodeAt(TreePath path) {
    try (Host host = Host.borrow()) {
      return host.statx().fingerprint(sourceDescriptor, path.isRoot() ? "." : path.bytes());
    } catch (ErrnoException nothingThere) {
      return 0;
    }
  }

  @Override
  public Map<Long, TreePath> find(Set<Long> inodes) {
    try (Host host = Host.borrow()) {
      return SourceWalk.find(host, sourceDescriptor, inodes, () -> false).paths();
    }
  }
}
