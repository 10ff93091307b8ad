package org.vexfs.daemon.overlay;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// Tells whether a file was changed through the mount since something was learned of it, without
/// keeping anything of any file: files share stamps, by their numbers, so that a change of one
/// makes what is known of a few others look old as well.
///
/// A stamp grows after its change was made and before that is acknowledged. So whoever reads a
/// stamp first and then the file knows that what was read is from after every change acknowledged
/// until then, and may use it as long as the stamp is the same.
final class ChangeStamps {
  /// A power of two; each is a `long`.
  private static final int STAMPS = 1 << 14;

  private static final long MIXER = 0x9E3779B97F4A7C15L;

  private final AtomicLongArray stamps = new AtomicLongArray(STAMPS);
  private final AtomicLong contents = new AtomicLong();
  private final AtomicLong names = new AtomicLong();

  /// A change of a file that is being made, which ends when it is closed.
  interface Change extends AutoCloseable {
    @Override
    void close();
  }

  /// The stamp of a file, by its number in the host's file system.
  long of(long inode) {
    return stamps.get(place(inode));
  }

  /// A file's content or attributes change until this is closed.
  Change changing(Inode inode) {
    return () -> {
      stamps.incrementAndGet(place(inode.file.inode()));
      contents.incrementAndGet();
    };
  }

  /// Names, or what they let whom do, change until this is closed.
  Change changingNames() {
    return names::incrementAndGet;
  }

  /// The same, where a change is one of names or permissions.
  Change changingNamesIf(boolean isOfNames) {
    return isOfNames ? changingNames() : () -> {};
  }

  /// Grows with each change of a file's content or attributes.
  long contents() {
    return contents.get();
  }

  /// Grows with each change of names, owners and permissions.
  long names() {
    return names.get();
  }

  private static int place(long inode) {
    return (int) ((inode * MIXER) >>> (Long.SIZE - Integer.numberOfTrailingZeros(STAMPS)));
  }
}
