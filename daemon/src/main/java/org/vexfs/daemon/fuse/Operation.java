package org.vexfs.daemon.fuse;

import java.util.Locale;

/// What the kernel asks for. Each is a function that libfuse calls, and all but the last two are
/// requests.
enum Operation {
  LOOKUP,
  FORGET,
  FORGET_MULTI,
  STAT,
  SETATTR,
  READLINK,
  MKNOD,
  MKDIR,
  SYMLINK,
  LINK,
  UNLINK,
  RMDIR,
  RENAME,
  OPEN,
  CREATE,
  TMPFILE,
  READ,
  WRITE,
  LSEEK,
  FALLOCATE,
  COPY_FILE_RANGE,
  GETLK,
  SETLK,
  FLOCK,
  CLOSE,
  RELEASE,
  FSYNC,
  OPENDIR,
  READDIR,
  READDIRPLUS,
  RELEASEDIR,
  FSYNCDIR,
  STATFS,
  ACCESS,
  GETXATTR,
  LISTXATTR,
  SETXATTR,
  REMOVEXATTR,
  IOCTL,
  /// The handshake.
  INIT,
  /// The caller of a request got a signal.
  INTERRUPT;

  private final String label = name().toLowerCase(Locale.ROOT);

  /// What messages and figures call it: the call that users know it by, where there is one.
  String label() {
    return label;
  }
}
