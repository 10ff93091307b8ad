package org.vexfs.daemon.io;

import org.vexfs.bindings.libc.Libc;

/// A lock of a part of a file.
///
/// @param type `F_RDLCK`, `F_WRLCK`, or `F_UNLCK` for none
/// @param start its first byte
/// @param length its bytes; 0 means up to the end of the file, however that moves
/// @param pid the process that holds it, or wants it; not positive where that is unknown
public record RangeLock(short type, long start, long length, int pid) {
  /// Whether this drops a lock, or stands for none.
  public boolean isUnlocked() {
    return type == Libc.F_UNLCK();
  }
}
