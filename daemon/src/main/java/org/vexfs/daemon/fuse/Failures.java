package org.vexfs.daemon.fuse;

import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.VectorFailure;

/// What a caller gets for a failure of the vector side: INTERFACE's table of bad input.
final class Failures {
  private Failures() {}

  /// The errno that `request` is answered with.
  static int errnoOf(VectorFailure failure, FsRequest request) {
    return switch (failure) {
      case VectorFailure.InvalidVector _ -> Errno.EINVAL;
      case VectorFailure.InvalidRequest _ -> Errno.EINVAL;
      case VectorFailure.TooLarge _ -> Errno.E2BIG;
      case VectorFailure.NotFound _ -> Errno.ENOENT;
      case VectorFailure.StoreFull _ -> Errno.ENOSPC;
      case VectorFailure.StoreReadOnly _ -> Errno.EROFS;
      case VectorFailure.StoreBroken _ -> Errno.EIO;
      case VectorFailure.StoreInUse _ -> Errno.EBUSY;
      case VectorFailure.StoreTooNew _ -> Errno.EIO;
      case VectorFailure.NotReady _ -> notReady(request);
    };
  }

  /// `setxattr(2)` cannot say EAGAIN: Linux takes it for a file system without attributes and tells
  /// the caller EOPNOTSUPP, on which copying programs leave attributes out without a word.
  private static int notReady(FsRequest request) {
    return request instanceof FsRequest.SetAttribute ? Errno.EBUSY : Errno.EAGAIN;
  }
}
