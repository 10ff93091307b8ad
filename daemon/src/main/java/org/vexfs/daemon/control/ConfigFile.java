package org.vexfs.daemon.control;

import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.CollectionConfig;
import org.vexfs.daemon.store.VectorStore;

/// `.vexfs/collections/NAME/config`. A collection belongs to the whole mount, so its settings are
/// for the owner of SOURCE.
///
/// @param directory the directory that has the `.vexfs`
/// @param collection whose settings
record ConfigFile(ControlContext context, NodeId directory, String collection)
    implements VirtualNode.File, VirtualNode.OfItsDirectory {
  private static final int WRITABLE_BY_OWNER = 0644;

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, TreePath.ROOT).withPermissions(WRITABLE_BY_OWNER);
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags) throws VectorFailure {
    VectorStore store = context.search().store();
    return (flags & Libc.O_ACCMODE()) == Libc.O_RDONLY()
        ? new FixedHandle(CollectionConfig.format(collection, store.collection(collection)))
        : new ConfigHandle(store, collection);
  }
}
