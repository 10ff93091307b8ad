package org.vexfs.daemon.fuse;

import java.util.concurrent.Semaphore;
import org.vexfs.daemon.control.ControlTree;
import org.vexfs.daemon.control.Figures;
import org.vexfs.daemon.search.VectorAttribute;

/// How many requests are handled at once. More of them wait, each as a parked virtual thread of
/// some hundred bytes, where handling takes buffers of the host's and whatever answers hold: so
/// load turns into waiting, not into memory.
///
/// Requests wait in lanes, so that those which may have to wait for the vectors to come up, or for
/// a long search, never hold up `stat` and `read`:
///
/// - *vectors*: everything under `.vexfs`, and vector attributes
/// - *changes* of names, which wait for the store to be recovered
/// - *files*: everything else
///
/// What others may be waiting for has no lane and never waits: locks, and what the kernel gives
/// back.
final class Admission {
  /// Requests that a lane handles at once.
  static final int AT_ONCE = 256;

  private final Lane vectors = new Lane();
  private final Lane changes = new Lane();
  private final Lane files = new Lane();
  private final Lane open = new Lane(Integer.MAX_VALUE);

  /// Where a request waits for its turn.
  static final class Lane {
    private final Semaphore free;

    Lane() {
      this(AT_ONCE);
    }

    private Lane(int atOnce) {
      free = new Semaphore(atOnce);
    }

    void enter() {
      free.acquireUninterruptibly();
    }

    void leave() {
      free.release();
    }
  }

  /// The lane of a request.
  Lane laneOf(FsRequest request) {
    return switch (request.operation()) {
      case FORGET, FORGET_MULTI, RELEASE, RELEASEDIR, GETLK, SETLK, FLOCK, INIT, INTERRUPT -> open;
      case RENAME, LINK, UNLINK, RMDIR, MKDIR, MKNOD, SYMLINK, CREATE, TMPFILE ->
          ControlTree.owns(request.subject()) ? vectors : changes;
      case GETXATTR, SETXATTR, REMOVEXATTR, LISTXATTR ->
          isAboutVectors(request) ? vectors : ofFiles(request);
      case LOOKUP,
          STAT,
          SETATTR,
          READLINK,
          OPEN,
          READ,
          WRITE,
          LSEEK,
          FALLOCATE,
          COPY_FILE_RANGE,
          CLOSE,
          FSYNC,
          OPENDIR,
          READDIR,
          READDIRPLUS,
          FSYNCDIR,
          STATFS,
          ACCESS,
          IOCTL ->
          ofFiles(request);
    };
  }

  private Lane ofFiles(FsRequest request) {
    return ControlTree.owns(request.subject()) ? vectors : files;
  }

  private static boolean isAboutVectors(FsRequest request) {
    return switch (request) {
      case FsRequest.GetAttribute r -> VectorAttribute.isVector(r.name());
      case FsRequest.SetAttribute r -> VectorAttribute.isVector(r.name());
      case FsRequest.RemoveAttribute r -> VectorAttribute.isVector(r.name());
      default -> true;
    };
  }

  /// Adds how long the queues are.
  void addTo(Figures figures) {
    figures.gauge(
        "requests_waiting",
        "Requests that wait for others to end first.",
        vectors.free.getQueueLength()
            + changes.free.getQueueLength()
            + files.free.getQueueLength());
  }
}
