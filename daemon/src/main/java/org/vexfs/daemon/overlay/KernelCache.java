package org.vexfs.daemon.overlay;

import org.vexfs.daemon.base.NodeId;

/// What the kernel keeps of this mount. What drops names or pages waits for requests about the same
/// object, so it must not be called within one.
public interface KernelCache {
  /// Has the kernel drop a name, and with it, unless it is in use, its reference to the file.
  void drop(NodeId parent, String name);

  /// Has the kernel drop the pages and attributes of a file.
  void dropContent(NodeId node);

  /// Has the kernel ask for the attributes of a file anew. Waits for nothing, so a request that
  /// changes more of them than the kernel expects calls it before it is answered.
  void dropAttributes(NodeId node);
}
