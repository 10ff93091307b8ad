package org.vexfs.daemon.control;

import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.overlay.ControlCall;
import org.vexfs.daemon.overlay.Controlled;
import org.vexfs.daemon.overlay.Opened;

/// A virtual file that is open. Any thread may call; a handle with state orders its calls itself.
interface VirtualHandle {
  /// Up to `size` bytes from `offset`.
  Content read(Host host, long offset, int size) throws ErrnoException, VectorFailure;

  /// Takes what was written at `offset`, all of it or none.
  default void write(Host host, long offset, byte[] data) throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EBADF);
  }

  /// Answers an `ioctl(2)`.
  default Controlled control(Host host, ControlCall call) throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.ENOTTY);
  }

  /// A descriptor was closed: what was written is to count now.
  default void flush(Host host) throws ErrnoException, VectorFailure {}

  /// Whether the kernel may cache pages, which takes a file whose size is shown.
  default Opened.Caching caching() {
    return Opened.Caching.DIRECT;
  }
}
