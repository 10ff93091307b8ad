package org.vexfs.daemon.base;

/// A file system call that failed, with the host's error number.
///
/// A name that is not there is daily business, so the exceptions carry no stack trace and one is
/// shared by all failures with the same number.
public final class ErrnoException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final ErrnoException[] SHARED = new ErrnoException[Errno.LIMIT];

  static {
    for (int errno = 1; errno < SHARED.length; errno++) {
      SHARED[errno] = new ErrnoException(errno);
    }
  }

  private final int errno;

  private ErrnoException(int errno) {
    super(Errno.nameOf(errno), null, false, false);
    this.errno = errno;
  }

  /// The exception for this error number.
  public static ErrnoException of(int errno) {
    return errno > 0 && errno < SHARED.length ? SHARED[errno] : SHARED[Errno.EIO];
  }

  /// The error number, positive.
  public int errno() {
    return errno;
  }
}
