package org.vexfs.daemon.control;

import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;

/// A file of `.vexfs` that is about the whole mount, and so for the owner of SOURCE:
///
/// | file | what |
/// |---|---|
/// | `compact` | what is written to it, whatever it is, has the store give back the space of what was deleted |
/// | `log-level` | reads as the level from which on the daemon logs, and takes another |
///
/// @param directory the directory that has the `.vexfs`
/// @param opener opens it
record OwnersFile(ControlContext context, NodeId directory, Opener opener)
    implements VirtualNode.File, VirtualNode.OfItsDirectory {
  private static final int FOR_THE_OWNER = 0600;

  /// Makes what reads and writes are about.
  @FunctionalInterface
  interface Opener {
    VirtualHandle open() throws VectorFailure;
  }

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, TreePath.ROOT).withPermissions(FOR_THE_OWNER);
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags) throws VectorFailure {
    return opener.open();
  }
}
