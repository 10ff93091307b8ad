package org.vexfs.daemon.app;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.statvfs;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;

/// What is mounted where: both directories, absolute, without symbolic links.
///
/// @param source the directory to show
/// @param mountpoint where to show it
record MountPaths(Path source, Path mountpoint) {
  /// Checks both. A mount at the mount point whose daemon has died is taken away: it serves nobody.
  static MountPaths check(Path source, Path mountpoint) throws CommandException, IOException {
    Path realSource = directory(source, "the source");
    removeDeadMount(mountpoint.toAbsolutePath().normalize());
    Path realMountpoint = directory(mountpoint, "the mount point");
    if (realMountpoint.startsWith(realSource) && !realMountpoint.equals(realSource)) {
      throw new CommandException(
          "the mount point "
              + realMountpoint
              + " lies inside the source "
              + realSource
              + ", which would show itself without end");
    }
    return new MountPaths(realSource, realMountpoint);
  }

  private static Path directory(Path path, String what) throws CommandException {
    Path real;
    try {
      real = path.toRealPath();
    } catch (IOException e) {
      throw new CommandException(what + " " + path + " does not exist or cannot be reached");
    }
    if (!Files.isDirectory(real)) {
      throw new CommandException(what + " " + path + " is not a directory");
    }
    return real;
  }

  private static void removeDeadMount(Path mountpoint) throws CommandException, IOException {
    Optional<Mountpoint> present = Mountpoint.at(mountpoint);
    if (present.isEmpty() || !present.get().isVexfs()) {
      return;
    }
    if (isServed(mountpoint)) {
      throw new CommandException(
          mountpoint
              + " shows "
              + present.get().source()
              + " already; 'vexfs umount "
              + mountpoint
              + "' first");
    }
    boolean _ = HostProcess.unmount(TreePath.bytesOfText(mountpoint.toString()), true);
  }

  /// Asks the daemon for the figures of its file system, which the kernel does not keep: attributes
  /// may outlive a daemon for as long as they are cached.
  private static boolean isServed(Path mountpoint) {
    try (Host host = Host.borrow();
        Arena arena = Arena.ofConfined()) {
      String path = TreePath.bytesOfText(mountpoint.toString());
      int descriptor = host.openat(Libc.AT_FDCWD(), path, Libc.O_PATH(), 0);
      try {
        host.fstatvfs(descriptor, statvfs.allocate(arena));
      } finally {
        host.closeDescriptor(descriptor);
      }
      return true;
    } catch (ErrnoException e) {
      return e.errno() != Errno.ENOTCONN && e.errno() != Errno.ECONNABORTED;
    }
  }
}
