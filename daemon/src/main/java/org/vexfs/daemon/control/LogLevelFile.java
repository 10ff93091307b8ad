package org.vexfs.daemon.control;

import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;

/// `.vexfs/log-level`: reads as the level from which on the daemon logs, and takes another. It is
/// the whole mount's, so it is for the owner of SOURCE.
///
/// @param directory the directory that has the `.vexfs`
record LogLevelFile(ControlContext context, NodeId directory)
    implements VirtualNode.File, VirtualNode.OfItsDirectory {
  private static final int FOR_THE_OWNER = 0600;

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, TreePath.ROOT).withPermissions(FOR_THE_OWNER);
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags) {
    return new LogLevelHandle();
  }
}
