package org.vexfs.daemon.control;

import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.CollectionConfig;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.search.SearchServices;

/// `.vexfs/collections/NAME/stats`: figures of a collection as one JSON object.
///
/// @param directory the directory that has the `.vexfs`
/// @param collection whose figures
record CollectionStatsFile(ControlContext context, NodeId directory, String collection)
    implements VirtualNode.File, VirtualNode.OfItsDirectory {
  private static final int READABLE_BY_ALL = 0444;

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
    SearchServices search = context.search();
    var known = search.store().collection(collection);
    if (known.isEmpty() && !collection.equals(Query.DEFAULT_COLLECTION)) {
      throw ErrnoException.of(Errno.ENOENT);
    }
    Figures.Subject figures =
        known.isPresent()
            ? StoreFigures.of(known.get(), search)
            : new Figures().collection(collection, CollectionConfig.DEFAULT.metric().id());
    return new FixedHandle(Figures.toJson(figures));
  }
}
