package org.vexfs.daemon.base;

/// What the kernel calls an open file or directory by.
///
/// @param value the number on the wire; 0 stands for none
public record HandleId(long value) {
  /// No handle: the request names only the inode.
  public static final HandleId NONE = new HandleId(0);

  /// Whether there is a handle.
  public boolean isPresent() {
    return value != 0;
  }
}
