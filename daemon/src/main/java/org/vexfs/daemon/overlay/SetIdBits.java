package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.io.Host;

/// The set-user-ID and set-group-ID bits that a file loses when the unprivileged change it. The
/// host spares them, since it is the daemon, with its privileges, that makes the change; where the
/// kernel does not ask for their removal, it happens here.
final class SetIdBits {
  private static final int PERMISSION_BITS = 07777;
  private static final int GROUP_EXECUTES = 010;

  private SetIdBits() {}

  /// `caller` has changed the content of the file; says whether that cost it bits.
  static boolean contentChanged(Host host, Caller caller, Inode inode) throws ErrnoException {
    return drop(host, caller, inode, true);
  }

  /// `caller` has changed the permissions of the file, by a means that sets no mode.
  static void permissionsChanged(Host host, Caller caller, Inode inode) throws ErrnoException {
    boolean _ = drop(host, caller, inode, false);
  }

  private static boolean drop(Host host, Caller caller, Inode inode, boolean hasNewContent)
      throws ErrnoException {
    if (caller.uid() == 0) {
      return false;
    }
    MemorySegment attributes = host.scratchStat();
    host.fstat(inode.descriptor, attributes);
    int mode = stat.st_mode(attributes);
    int kept = hasNewContent ? mode & ~Libc.__S_ISUID() : mode;
    if ((mode & Libc.__S_ISGID()) != 0) {
      boolean isProgramOfGroup = (mode & GROUP_EXECUTES) != 0;
      boolean isForeign = !SupplementaryGroups.of(caller).contains(stat.st_gid(attributes));
      if (isForeign || (hasNewContent && isProgramOfGroup)) {
        kept &= ~Libc.__S_ISGID();
      }
    }
    if (kept == mode) {
      return false;
    }
    host.chmod(inode.descriptor, kept & PERMISSION_BITS);
    return true;
  }
}
