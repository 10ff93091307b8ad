package org.vexfs.daemon.control;

import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.Query;

/// `.vexfs/find`, where every name is a query; it lists none.
///
/// @param directory whose files are searched
record FindDirectory(ControlContext context, NodeId directory)
    implements VirtualNode.Directory, VirtualNode.OfItsDirectory {
  private static final int READABLE_BY_ALL = 0444;

  @Override
  public List<Child> children(Host host, Caller caller) {
    return List.of();
  }

  @Override
  public Optional<Words> child(Host host, Caller caller, String name) {
    return Optional.of(new Words(context, directory, name));
  }

  /// `.vexfs/find/WORDS`: a table of the files nearest to the words.
  ///
  /// @param words the query, as the bytes of a name
  record Words(ControlContext context, NodeId directory, String words)
      implements VirtualNode.File, VirtualNode.OfItsDirectory {
    @Override
    public Appearance appearance(Host host) throws ErrnoException {
      return context.original(host, subject(host)).withPermissions(READABLE_BY_ALL);
    }

    @Override
    public boolean isWritable() {
      return false;
    }

    @Override
    public VirtualHandle open(Host host, Caller caller, int flags)
        throws ErrnoException, VectorFailure {
      Query query = Query.of(new Query.ByText(TreePath.textOfBytes(words)));
      return new FixedHandle(context.answer(host, caller, directory, query).toTable());
    }
  }
}
