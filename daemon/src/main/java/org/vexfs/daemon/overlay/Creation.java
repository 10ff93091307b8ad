package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.ProcessCalls;

/// Makes new files of every kind, and gives them to their callers.
///
/// What the daemon creates is the daemon's own; so each creation is exclusive, and what it made is
/// handed over right after. The caller's umask is applied here, and not where the directory has a
/// default ACL, which takes its place (acl(5)); the host applies that one.
final class Creation {
  private static final int SET_ID_BITS = Libc.__S_ISUID() | Libc.__S_ISGID();
  private static final int PERMISSION_BITS = 07777;

  private final InodeTable inodes;
  private final int daemonUid = ProcessCalls.effectiveUser();
  private final int daemonGid = ProcessCalls.effectiveGroup();

  Creation(InodeTable inodes) {
    this.inodes = inodes;
  }

  /// A file that was made, or found, and opened.
  ///
  /// @param inode with one more look-up
  /// @param descriptor the caller's to close
  /// @param isNew whether it was made
  record NewFile(Inode inode, int descriptor, boolean isNew) {}

  /// `mknod(2)`.
  Inode mknod(
      Host host,
      Caller caller,
      Inode directory,
      String name,
      int mode,
      long device,
      MemorySegment stat)
      throws ErrnoException {
    int masked = masked(host, caller, directory, mode);
    host.mknodat(directory.descriptor, name, masked, device);
    return handedOver(host, caller, directory, name, stat);
  }

  /// `mkdir(2)`.
  Inode mkdir(Host host, Caller caller, Inode directory, String name, int mode, MemorySegment stat)
      throws ErrnoException {
    host.mkdirat(directory.descriptor, name, masked(host, caller, directory, mode));
    return handedOver(host, caller, directory, name, stat);
  }

  /// `symlink(2)`.
  Inode symlink(
      Host host, Caller caller, Inode directory, String name, String target, MemorySegment stat)
      throws ErrnoException {
    host.symlinkat(target, directory.descriptor, name);
    return handedOver(host, caller, directory, name, stat);
  }

  private Inode handedOver(
      Host host, Caller caller, Inode directory, String name, MemorySegment stat)
      throws ErrnoException {
    int descriptor = host.openat(directory.descriptor, name, Libc.O_PATH() | Libc.O_NOFOLLOW(), 0);
    try {
      giveTo(host, caller, directory, descriptor);
    } catch (ErrnoException e) {
      host.closeDescriptor(descriptor);
      throw e;
    }
    return inodes.adopt(host, descriptor, stat);
  }

  /// `open(2)` of a file that is to be made, or, where it `mayExist`, opened as it is.
  NewFile file(
      Host host,
      Caller caller,
      Inode directory,
      String name,
      int mode,
      int flags,
      boolean mayExist,
      MemorySegment stat)
      throws ErrnoException {
    int kept = flags | Libc.O_NOFOLLOW();
    boolean isNew = true;
    int descriptor;
    try {
      int exclusively = kept | Libc.O_CREAT() | Libc.O_EXCL();
      int masked = masked(host, caller, directory, mode);
      descriptor = host.openat(directory.descriptor, name, exclusively, masked);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST || !mayExist) {
        throw e;
      }
      isNew = false;
      descriptor = host.openat(directory.descriptor, name, kept, 0);
    }
    try {
      if (isNew) {
        giveTo(host, caller, directory, descriptor);
      }
      return new NewFile(
          inodes.adopt(host, host.reopen(descriptor, Libc.O_PATH()), stat), descriptor, isNew);
    } catch (ErrnoException e) {
      host.closeDescriptor(descriptor);
      throw e;
    }
  }

  /// `open(2)` with `O_TMPFILE`: a file without a name, which `link(2)` may give it one.
  NewFile nameless(
      Host host, Caller caller, Inode directory, int mode, int flags, MemorySegment stat)
      throws ErrnoException {
    int masked = masked(host, caller, directory, mode);
    int descriptor = host.openat(directory.descriptor, ".", flags | Libc.O_TMPFILE(), masked);
    try {
      giveTo(host, caller, directory, descriptor);
      return new NewFile(
          inodes.adopt(host, host.reopen(descriptor, Libc.O_PATH()), stat), descriptor, true);
    } catch (ErrnoException e) {
      host.closeDescriptor(descriptor);
      throw e;
    }
  }

  private static int masked(Host host, Caller caller, Inode directory, int mode)
      throws ErrnoException {
    boolean decides = (mode & caller.umask()) != 0;
    return decides && !hasDefaultAcl(host, directory) ? mode & ~caller.umask() : mode;
  }

  private static boolean hasDefaultAcl(Host host, Inode directory) throws ErrnoException {
    try {
      host.attributes().get(directory.descriptor, AccessList.DEFAULT_ATTRIBUTE);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENODATA || e.errno() == Errno.EOPNOTSUPP) {
        return false;
      }
      throw e;
    }
  }

  /// Makes the caller the owner of what was just created, with the group that the directory's
  /// setgid bit decides about. A change of owner clears the set-id bits of a file, so they are set
  /// again, beside the permissions that the host gave it, which an ACL may have cut.
  private void giveTo(Host host, Caller caller, Inode directory, int descriptor)
      throws ErrnoException {
    MemorySegment attributes = host.scratchStat();
    host.fstat(directory.descriptor, attributes);
    boolean inheritsGroup = (stat.st_mode(attributes) & Libc.__S_ISGID()) != 0;
    int uid = caller.uid() == daemonUid ? -1 : caller.uid();
    int gid = inheritsGroup || caller.gid() == daemonGid ? -1 : caller.gid();
    if (uid == -1 && gid == -1) {
      return;
    }
    host.fstat(descriptor, attributes);
    int mode = stat.st_mode(attributes);
    host.chown(descriptor, uid, gid);
    boolean isDirectory = (mode & Libc.__S_IFMT()) == Libc.__S_IFDIR();
    if (!isDirectory && (mode & SET_ID_BITS) != 0) {
      host.chmod(descriptor, mode & PERMISSION_BITS);
    }
  }
}
