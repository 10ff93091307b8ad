package org.vexfs.daemon.control;

import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.Host;

/// `.vexfs/search`: a query is written, its answer read.
///
/// @param directory whose files are searched
record SearchFile(ControlContext context, NodeId directory)
    implements VirtualNode.File, VirtualNode.OfItsDirectory {
  private static final int USABLE_BY_ALL = 0666;

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, subject(host)).withPermissions(USABLE_BY_ALL);
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags) {
    return new SearchHandle(context, directory, caller);
  }
}
