package org.vexfs.daemon.base;

/// What the kernel calls an inode of this mount by. Never reused while a daemon lives, so there are
/// no generations.
///
/// @param value the number on the wire; 1 is the root
public record NodeId(long value) {
  /// The mount's root directory.
  public static final NodeId ROOT = new NodeId(1);
}
