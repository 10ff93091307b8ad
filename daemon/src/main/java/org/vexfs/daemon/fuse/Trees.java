package org.vexfs.daemon.fuse;

import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.control.ControlTree;
import org.vexfs.daemon.control.ErrorLog;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.FileTree;

/// Which tree answers for a node: the real files, or the virtual ones under `.vexfs`.
final class Trees {
  private final FileTree files;
  private final FileTree control;
  private final ErrorLog errors;

  Trees(FileTree files, FileTree control, ErrorLog errors) {
    this.files = files;
    this.control = control;
    this.errors = errors;
  }

  /// The tree that `node` belongs to.
  FileTree of(NodeId node) {
    return ControlTree.owns(node) ? control : files;
  }

  /// The tree that a child called `name` belongs to.
  FileTree ofChild(NodeId parent, String name) {
    return ControlTree.isEntrance(parent, name) ? control : of(parent);
  }

  /// The tree of both nodes; nothing moves from one tree to the other.
  FileTree common(NodeId one, NodeId other) throws ErrnoException {
    if (ControlTree.owns(one) != ControlTree.owns(other)) {
      throw ErrnoException.of(Errno.EPERM);
    }
    return of(one);
  }

  /// Keeps the cause of a failure for `.vexfs/errors`; the request was not answered yet.
  void note(Host host, FsRequest request, int errno, VectorFailure failure) {
    Caller caller = Arguments.caller(request.reply().request().address());
    String cause = String.valueOf(failure.getMessage());
    errors.add(caller, request.operation().label(), pathOf(host, request.subject()), errno, cause);
  }

  private TreePath pathOf(Host host, NodeId node) {
    try {
      return of(node).pathOf(host, node);
    } catch (ErrnoException gone) {
      return TreePath.ROOT;
    }
  }
}
