package org.vexfs.daemon.overlay;

import org.vexfs.daemon.base.NodeId;

/// What the kernel keeps of this mount's names.
@FunctionalInterface
public interface KernelCache {
  /// Has the kernel drop a name, and with it, unless it is in use, its reference to the file. Waits
  /// for requests in that directory, so it must not be called within one.
  void drop(NodeId parent, String name);
}
