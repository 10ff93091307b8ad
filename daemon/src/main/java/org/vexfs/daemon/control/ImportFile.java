package org.vexfs.daemon.control;

import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.Host;

/// `.vexfs/import`: takes vectors of many files as JSON lines, see [ImportLine]. Whoever may write
/// a file may give it vectors, here as by `setxattr(2)`.
///
/// @param directory the directory that has it, to which paths are relative
record ImportFile(ControlContext context, NodeId directory)
    implements VirtualNode.File, VirtualNode.OfItsDirectory {
  private static final int WRITABLE_BY_ALL = 0222;

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, subject(host)).withPermissions(WRITABLE_BY_ALL);
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags) {
    return new ImportHandle(context, directory, caller);
  }
}
