package org.vexfs.daemon.overlay;

import org.vexfs.daemon.base.NodeId;

/// What the kernel keeps of this mount. Each method waits for requests about the same object, so
/// none may be called within one.
public interface KernelCache {
  /// Has the kernel drop a name, and with it, unless it is in use, its reference to the file.
  void drop(NodeId parent, String name);

  /// Has the kernel drop the pages and attributes of a file.
  void dropContent(NodeId node);
}
