package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.io.Host;

/// A file of the host that is open: one open file description here for each of the kernel's, so
/// what belongs to a description there (`O_APPEND`, a `flock(2)` lock) belongs to one here.
///
/// Everything is done at explicit offsets; the description's own position means nothing.
final class OpenFile {
  final Inode inode;
  final int descriptor;

  OpenFile(Inode inode, int descriptor) {
    this.inode = inode;
    this.descriptor = descriptor;
  }

  /// Writes all of `data`, or as much as fits before the first error; returns the bytes written.
  long write(Host host, long offset, MemorySegment data) throws ErrnoException {
    long written = 0;
    while (written < data.byteSize()) {
      try {
        written += host.pwrite(descriptor, data.asSlice(written), offset + written);
      } catch (ErrnoException e) {
        if (written > 0) {
          return written;
        }
        throw e;
      }
    }
    return written;
  }
}
