package org.vexfs.daemon.app;

import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.store.HostProbe;

/// Tells the store what SOURCE has now.
///
/// @param sourceDescriptor SOURCE
record SourceProbe(int sourceDescriptor) implements HostProbe {
  @Override
  public long inodeAt(TreePath path) {
    try (Host host = Host.borrow()) {
      host.fstatat(sourceDescriptor, path.bytes(), host.scratchStat());
      return Host.fileOf(host.scratchStat()).inode();
    } catch (ErrnoException nothingThere) {
      return 0;
    }
  }
}
