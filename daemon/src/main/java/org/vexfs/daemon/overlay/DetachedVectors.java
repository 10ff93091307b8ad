package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;

/// Where the store keeps the vectors of a file that has lost every name the daemon knew, but lives
/// on under one that it has not met: a hard link of SOURCE that nobody looked up yet.
///
/// They hang in the catalogue at a path that no file can have, named after the file's inode number
/// and time of birth, until one of its names is looked up. Being a name like others, it survives a
/// restart. Where the host's file system keeps no time of birth, an inode number proves nothing,
/// and there is no such place.
final class DetachedVectors {
  /// Below the directory of the store, whose name no file of a user can have.
  static final TreePath DIRECTORY = new TreePath(Overlay.CONTROL_NAME + "/detached");

  private DetachedVectors() {}

  /// The place of the file behind an `O_PATH` descriptor, where it has one.
  static Optional<TreePath> placeOf(Host host, int descriptor) throws ErrnoException {
    MemorySegment attributes = host.scratchStat();
    host.fstat(descriptor, attributes);
    if ((stat.st_mode(attributes) & Libc.__S_IFMT()) != Libc.__S_IFREG()) {
      return Optional.empty();
    }
    String inode = Long.toUnsignedString(stat.st_ino(attributes));
    return host.statx().birthNanos(descriptor).map(birth -> DIRECTORY.child(inode + "-" + birth));
  }

  /// Whether a path is such a place.
  static boolean isPlace(TreePath path) {
    return path.isWithin(DIRECTORY);
  }
}
