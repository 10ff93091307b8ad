package org.vexfs.daemon.control;

import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.Query;

/// `.vexfs/near/PATH`: a table of the files nearest to PATH.
///
/// @param directory whose files are searched
/// @param file the file that hits are to be near to, relative to it
record NearFile(ControlContext context, NodeId directory, TreePath file)
    implements VirtualNode.File {
  private static final int READ_BITS = 0444;

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, subject(host)).asFile(READ_BITS, 0);
  }

  @Override
  public TreePath subject(Host host) throws ErrnoException {
    return context.pathOf(host, directory).resolve(file);
  }

  @Override
  public boolean isWritable() {
    return false;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags)
      throws ErrnoException, VectorFailure {
    Query query = Query.of(new Query.LikePath(file));
    return new FixedHandle(context.answer(host, caller, directory, query).toTable());
  }
}
