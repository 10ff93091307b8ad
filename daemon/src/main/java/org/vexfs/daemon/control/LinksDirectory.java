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

/// `.vexfs/links/PATH/`: the files nearest to PATH as symbolic links. Listing it searches.
///
/// @param directory whose files are searched
/// @param file the file that hits are to be near to, relative to it
record LinksDirectory(ControlContext context, NodeId directory, TreePath file)
    implements VirtualNode.Directory {
  /// `.vexfs` and `links`.
  private static final int DEPTH = 2;

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, subject(host)).asListing();
  }

  @Override
  public TreePath subject(Host host) throws ErrnoException {
    return context.pathOf(host, directory).resolve(file);
  }

  @Override
  public List<Child> children(Host host, Caller caller) throws ErrnoException, VectorFailure {
    Query query = Query.of(new Query.LikePath(file));
    List<Child> links =
        HitLinks.of(
            context,
            directory,
            context.answer(host, caller, directory, query),
            DEPTH + file.names().size());
    context.links().show(this, caller, links);
    return links;
  }

  @Override
  public Optional<VirtualNode> child(Host host, Caller caller, String name) {
    return context.links().find(this, caller, name);
  }
}
