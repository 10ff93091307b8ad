package org.vexfs.daemon.fuse;

import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.FileTree;
import org.vexfs.daemon.overlay.Overlay;

/// Which tree answers for a node: the real files, or the virtual ones under `.vexfs`.
final class Trees {
  private final Overlay overlay;

  Trees(Overlay overlay) {
    this.overlay = overlay;
  }

  /// The tree that `node` belongs to.
  FileTree of(NodeId node) {
    return overlay;
  }

  /// The tree that a child called `name` belongs to.
  FileTree ofChild(NodeId parent, String name) {
    return overlay;
  }

  /// The tree of both nodes; nothing moves from one tree to the other.
  FileTree common(NodeId one, NodeId other) throws ErrnoException {
    FileTree tree = of(one);
    if (!tree.equals(of(other))) {
      throw ErrnoException.of(Errno.EPERM);
    }
    return tree;
  }

  /// Keeps a failure for `.vexfs/errors`.
  void noteFailure(Host host, FsRequest request, int errno, VectorFailure failure) {}
}
