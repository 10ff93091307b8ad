package org.vexfs.daemon.control;

import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;

/// `.vexfs/queries/NAME/query`: what a saved query asks.
///
/// @param saved the saved query
record QueryFile(QueryDirectory saved) implements VirtualNode.File {
  private static final int READ_WRITE_BITS = 0666;
  private static final byte[] NOTHING = {};

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return saved
        .context()
        .original(host, subject(host))
        .asFile(READ_WRITE_BITS, saved.query(host).query().length);
  }

  @Override
  public TreePath subject(Host host) throws ErrnoException {
    return saved.subject(host);
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags)
      throws ErrnoException, VectorFailure {
    boolean truncates = (flags & Libc.O_TRUNC()) != 0;
    byte[] content = truncates ? NOTHING : saved.query(host).query();
    return (flags & Libc.O_ACCMODE()) == Libc.O_RDONLY()
        ? new FixedHandle(content)
        : new QueryHandle(saved, content);
  }
}
