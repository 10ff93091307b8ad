package org.vexfs.daemon.control;

import java.util.List;
import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Overlay;

/// `.vexfs/queries`: the saved queries of a directory. They belong to it: who may write there may
/// make, change, move and remove them.
///
/// @param directory the directory that has the `.vexfs`
record QueriesDirectory(ControlContext context, NodeId directory)
    implements VirtualNode.Directory, VirtualNode.OfItsDirectory {
  private static final int MAX_NAME_BYTES = 255;

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, subject(host)).asWritableDirectory();
  }

  @Override
  public List<Child> children(Host host, Caller caller) throws ErrnoException {
    return context.queries().names(context.placeOf(host, directory)).stream()
        .map(Child::directory)
        .toList();
  }

  @Override
  public Optional<QueryDirectory> child(Host host, Caller caller, String name)
      throws ErrnoException {
    return context
        .queries()
        .find(context.placeOf(host, directory), name)
        .map(_ -> new QueryDirectory(context, directory, name));
  }

  @Override
  public VirtualNode makeDirectory(Host host, String name) throws ErrnoException, VectorFailure {
    checkName(name);
    context.queries().make(context.placeOf(host, directory), name);
    return new QueryDirectory(context, directory, name);
  }

  @Override
  public void removeDirectory(Host host, String name) throws ErrnoException, VectorFailure {
    context.queries().remove(context.placeOf(host, directory), name);
  }

  /// Moves a saved query to another name, or to another directory, whose files it searches then.
  @Override
  public void rename(Host host, String name, VirtualNode.Directory to, String newName, int flags)
      throws ErrnoException, VectorFailure {
    if (!(to instanceof QueriesDirectory queries)) {
      throw ErrnoException.of(Errno.EPERM);
    }
    if ((flags & ~Libc.RENAME_NOREPLACE()) != 0) {
      throw ErrnoException.of(Errno.EINVAL);
    }
    checkName(newName);
    context
        .queries()
        .rename(
            context.placeOf(host, directory),
            name,
            context.placeOf(host, queries.directory()),
            newName);
  }

  private static void checkName(String name) throws ErrnoException {
    if (name.length() > MAX_NAME_BYTES) {
      throw ErrnoException.of(Errno.ENAMETOOLONG);
    }
    if (name.equals(Overlay.CONTROL_NAME)) {
      throw ErrnoException.of(Errno.EPERM);
    }
  }
}
