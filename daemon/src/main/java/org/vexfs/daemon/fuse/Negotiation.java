package org.vexfs.daemon.fuse;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.bindings.fuse.fuse_conn_info;

/// What daemon and kernel agree on at the first request of a session.
final class Negotiation {
  /// Requests that the kernel may have under way in the background (readahead, asynchronous direct
  /// I/O).
  private static final int MAX_BACKGROUND = 64;

  /// Without the umask applied, because a directory's default ACL takes its place.
  private static final int WANTED =
      Fuse.FUSE_CAP_PARALLEL_DIROPS()
          | Fuse.FUSE_CAP_ATOMIC_O_TRUNC()
          | Fuse.FUSE_CAP_POSIX_ACL()
          | Fuse.FUSE_CAP_DONT_MASK();

  private final OptionalInt maxReadBytes;
  private final CountDownLatch done = new CountDownLatch(1);

  /// `maxReadBytes` as in the mount option, which the kernel wants confirmed.
  Negotiation(OptionalInt maxReadBytes) {
    this.maxReadBytes = maxReadBytes;
  }

  /// Fills in the daemon's side.
  void negotiate(MemorySegment connection) {
    int capable = fuse_conn_info.capable(connection);
    int want = fuse_conn_info.want(connection);
    want |= capable & WANTED;
    // The daemon writes with privileges that keep set-id bits, so the kernel must ask for their
    // removal.
    want &= ~Fuse.FUSE_CAP_HANDLE_KILLPRIV();
    fuse_conn_info.want(connection, want);
    fuse_conn_info.max_background(connection, MAX_BACKGROUND);
    fuse_conn_info.congestion_threshold(connection, MAX_BACKGROUND * 3 / 4);
    maxReadBytes.ifPresent(bytes -> fuse_conn_info.max_read(connection, bytes));
    done.countDown();
  }

  /// Waits until the kernel has made contact, but no longer than `patience`; whether it has.
  boolean await(Duration patience) throws InterruptedException {
    return done.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }
}
