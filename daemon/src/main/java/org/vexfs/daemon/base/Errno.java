package org.vexfs.daemon.base;

/// Linux's error numbers, as far as this program names them (`errno(3)`; the same on every
/// architecture that Java 25 runs on).
public final class Errno {
  /// Operation not permitted.
  public static final int EPERM = 1;

  /// No such file or directory.
  public static final int ENOENT = 2;

  /// Interrupted.
  public static final int EINTR = 4;

  /// Input/output error.
  public static final int EIO = 5;

  /// Value too large for the call.
  public static final int E2BIG = 7;

  /// Bad file descriptor.
  public static final int EBADF = 9;

  /// Try again.
  public static final int EAGAIN = 11;

  /// Out of memory.
  public static final int ENOMEM = 12;

  /// Permission denied.
  public static final int EACCES = 13;

  /// In use.
  public static final int EBUSY = 16;

  /// File exists.
  public static final int EEXIST = 17;

  /// Across file systems.
  public static final int EXDEV = 18;

  /// No such device; the file system is gone.
  public static final int ENODEV = 19;

  /// Not a directory.
  public static final int ENOTDIR = 20;

  /// Is a directory.
  public static final int EISDIR = 21;

  /// Invalid argument.
  public static final int EINVAL = 22;

  /// Too many open files in the system.
  public static final int ENFILE = 23;

  /// Too many open files in the process.
  public static final int EMFILE = 24;

  /// No such ioctl.
  public static final int ENOTTY = 25;

  /// File too large.
  public static final int EFBIG = 27;

  /// No space left.
  public static final int ENOSPC = 28;

  /// Cannot seek.
  public static final int ESPIPE = 29;

  /// Read-only file system.
  public static final int EROFS = 30;

  /// Too many links.
  public static final int EMLINK = 31;

  /// Buffer too small for the result.
  public static final int ERANGE = 34;

  /// Name too long.
  public static final int ENAMETOOLONG = 36;

  /// Not implemented.
  public static final int ENOSYS = 38;

  /// Directory not empty.
  public static final int ENOTEMPTY = 39;

  /// Too many symbolic links.
  public static final int ELOOP = 40;

  /// No such attribute.
  public static final int ENODATA = 61;

  /// Value does not fit.
  public static final int EOVERFLOW = 75;

  /// Not supported.
  public static final int EOPNOTSUPP = 95;

  /// The daemon behind a mount went while it was asked.
  public static final int ECONNABORTED = 103;

  /// The daemon behind a mount is gone.
  public static final int ENOTCONN = 107;

  /// Timed out.
  public static final int ETIMEDOUT = 110;

  /// Stale handle.
  public static final int ESTALE = 116;

  /// Quota exceeded.
  public static final int EDQUOT = 122;

  /// Numbers are below this.
  static final int LIMIT = 134;

  private Errno() {}

  /// The symbolic name, for messages and `.vexfs/errors`.
  public static String nameOf(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM";
      case ENOENT -> "ENOENT";
      case EINTR -> "EINTR";
      case EIO -> "EIO";
      case E2BIG -> "E2BIG";
      case EBADF -> "EBADF";
      case EAGAIN -> "EAGAIN";
      case ENOMEM -> "ENOMEM";
      case EACCES -> "EACCES";
      case EBUSY -> "EBUSY";
      case EEXIST -> "EEXIST";
      case EXDEV -> "EXDEV";
      case ENODEV -> "ENODEV";
      case ENOTDIR -> "ENOTDIR";
      case EISDIR -> "EISDIR";
      case EINVAL -> "EINVAL";
      case ENFILE -> "ENFILE";
      case EMFILE -> "EMFILE";
      case ENOTTY -> "ENOTTY";
      case EFBIG -> "EFBIG";
      case ENOSPC -> "ENOSPC";
      case ESPIPE -> "ESPIPE";
      case EROFS -> "EROFS";
      case EMLINK -> "EMLINK";
      case ERANGE -> "ERANGE";
      case ENAMETOOLONG -> "ENAMETOOLONG";
      case ENOSYS -> "ENOSYS";
      case ENOTEMPTY -> "ENOTEMPTY";
      case ELOOP -> "ELOOP";
      case ENODATA -> "ENODATA";
      case EOVERFLOW -> "EOVERFLOW";
      case EOPNOTSUPP -> "EOPNOTSUPP";
      case ENOTCONN -> "ENOTCONN";
      case ETIMEDOUT -> "ETIMEDOUT";
      case ESTALE -> "ESTALE";
      case EDQUOT -> "EDQUOT";
      default -> "errno " + errno;
    };
  }
}
