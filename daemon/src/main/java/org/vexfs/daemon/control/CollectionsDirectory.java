package org.vexfs.daemon.control;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.CollectionConfig;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// `.vexfs/collections`: a directory a collection. `default` is always there, so that it can be
/// configured before its first vector; `mkdir` makes another. Collections belong to the whole
/// mount, so making one is for the owner of SOURCE.
///
/// @param directory the directory that has the `.vexfs`
record CollectionsDirectory(ControlContext context, NodeId directory)
    implements VirtualNode.Directory, VirtualNode.OfItsDirectory {
  private static final int WRITABLE_BY_OWNER = 0755;

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, TreePath.ROOT).asDirectory(WRITABLE_BY_OWNER);
  }

  @Override
  public List<Child> children(Host host, Caller caller) throws VectorFailure {
    TreeSet<String> names = new TreeSet<>(List.of(Query.DEFAULT_COLLECTION));
    context.search().store().collections().stream().map(VectorCollection::name).forEach(names::add);
    return names.stream().map(Child::directory).toList();
  }

  @Override
  public Optional<CollectionDirectory> child(Host host, Caller caller, String name)
      throws VectorFailure {
    boolean exists =
        name.equals(Query.DEFAULT_COLLECTION)
            || context.search().store().collection(name).isPresent();
    return exists
        ? Optional.of(new CollectionDirectory(context, directory, name))
        : Optional.empty();
  }

  @Override
  public VirtualNode makeDirectory(Host host, String name) throws ErrnoException, VectorFailure {
    VectorStore store = context.search().store();
    if (store.collection(name).isPresent()) {
      throw ErrnoException.of(Errno.EEXIST);
    }
    store.configure(name, CollectionConfig.DEFAULT.metric(), CollectionConfig.DEFAULT.embedder());
    return new CollectionDirectory(context, directory, name);
  }
}
