package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.HandleId;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.RangeLock;

/// What a mount can be asked, one method a request: the tree of real files ([Overlay]) answers it,
/// and so does the virtual tree under `.vexfs`. A tree leaves out what its files cannot do, and the
/// caller gets the error of the default.
///
/// Methods run on virtual threads, many at once. Names are byte strings (one char a byte). A `stat`
/// argument is the caller's `struct stat`, to be filled in. Whatever returns a [NodeId] that the
/// kernel comes to know counts one look-up of it, to be undone by [#forget].
public interface FileTree {
  /// Seconds for which the kernel may keep a name that it looked up in this tree.
  double entryTimeoutSeconds();

  /// Seconds for which the kernel may keep attributes that this tree gave.
  double attributeTimeoutSeconds();

  /// Which file of SOURCE `node` stands for, for messages.
  TreePath pathOf(Host host, NodeId node) throws ErrnoException;

  /// Finds `name` in `parent` for `caller`.
  NodeId lookup(Host host, Caller caller, NodeId parent, String name, MemorySegment stat)
      throws ErrnoException, VectorFailure;

  /// The kernel dropped `lookups` references to `node`.
  void forget(Host host, NodeId node, long lookups);

  /// Attributes of `node`.
  void getattr(Host host, NodeId node, MemorySegment stat) throws ErrnoException, VectorFailure;

  /// Changes attributes of `node`, which `handle` may have open.
  void setattr(
      Host host,
      Caller caller,
      NodeId node,
      HandleId handle,
      AttributeChange change,
      MemorySegment stat)
      throws ErrnoException, VectorFailure;

  /// The target of a symbolic link.
  default String readlink(Host host, NodeId node) throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EINVAL);
  }

  /// Makes a file, device, pipe or socket. Here and in [#mkdir] and [#create], the caller's umask
  /// is not applied to `mode` yet.
  default NodeId mknod(
      Host host,
      Caller caller,
      NodeId parent,
      String name,
      int mode,
      long device,
      MemorySegment stat)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EPERM);
  }

  /// Makes a directory.
  default NodeId mkdir(
      Host host, Caller caller, NodeId parent, String name, int mode, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EPERM);
  }

  /// Makes a symbolic link.
  default NodeId symlink(
      Host host, Caller caller, NodeId parent, String name, String target, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EPERM);
  }

  /// Gives `node` a further name.
  default NodeId link(Host host, NodeId node, NodeId newParent, String newName, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EPERM);
  }

  /// Removes a name that is not a directory's.
  default void unlink(Host host, Caller caller, NodeId parent, String name)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EPERM);
  }

  /// Removes an empty directory.
  default void rmdir(Host host, NodeId parent, String name) throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EPERM);
  }

  /// Moves a name; `flags` as in `renameat2(2)`.
  default void rename(
      Host host, NodeId parent, String name, NodeId newParent, String newName, int flags)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EPERM);
  }

  /// Opens a file for `caller`; `flags` as in `open(2)`.
  Opened open(Host host, Caller caller, NodeId node, int flags)
      throws ErrnoException, VectorFailure;

  /// Makes and opens a file.
  default Created create(
      Host host, Caller caller, NodeId parent, String name, int mode, int flags, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EPERM);
  }

  /// Makes and opens a file without a name (`O_TMPFILE`).
  default Created createNameless(
      Host host, Caller caller, NodeId parent, int mode, int flags, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EOPNOTSUPP);
  }

  /// Up to `size` bytes from `offset`.
  Content read(Host host, HandleId handle, long offset, int size)
      throws ErrnoException, VectorFailure;

  /// Writes `data` at `offset`; returns the bytes taken.
  long write(Host host, Caller caller, HandleId handle, long offset, MemorySegment data)
      throws ErrnoException, VectorFailure;

  /// Writes `data` at the end of the file, which the kernel takes to be at `offset`; returns the
  /// bytes taken.
  default long append(Host host, Caller caller, HandleId handle, long offset, MemorySegment data)
      throws ErrnoException, VectorFailure {
    return write(host, caller, handle, offset, data);
  }

  /// Where the next data (`SEEK_DATA`) or hole (`SEEK_HOLE`) begins, at `offset` or after it.
  default long seek(Host host, HandleId handle, long offset, int whence)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EINVAL);
  }

  /// Allocates, zeroes or frees a range of a file; `mode` as in `fallocate(2)`.
  default void allocate(
      Host host, Caller caller, HandleId handle, int mode, long offset, long length)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EOPNOTSUPP);
  }

  /// Copies a range from one file to another as the host does it best; returns the bytes copied.
  default long copyRange(
      Host host,
      Caller caller,
      HandleId from,
      long fromOffset,
      HandleId to,
      long toOffset,
      long length)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EOPNOTSUPP);
  }

  /// The first lock in the way of `wanted`; `wanted` unlocked where there is none.
  default RangeLock conflictingLock(Host host, HandleId handle, LockOwner owner, RangeLock wanted)
      throws ErrnoException {
    throw ErrnoException.of(Errno.EOPNOTSUPP);
  }

  /// Takes, changes or drops the lock of a range. A caller that waits can be interrupted.
  default void lockRange(
      Host host, HandleId handle, LockOwner owner, RangeLock wanted, boolean waits)
      throws ErrnoException {
    throw ErrnoException.of(Errno.EOPNOTSUPP);
  }

  /// Locks or unlocks a whole file; `operation` as in `flock(2)`. A caller that waits can be
  /// interrupted.
  default void lockFile(Host host, HandleId handle, int operation) throws ErrnoException {
    throw ErrnoException.of(Errno.EOPNOTSUPP);
  }

  /// `owner` closed one descriptor of `handle`: its locks of ranges of the file go, and what a
  /// delayed write ran into is told now.
  void flush(Host host, HandleId handle, LockOwner owner) throws ErrnoException, VectorFailure;

  /// The last descriptor of `handle` was closed.
  void release(Host host, HandleId handle);

  /// Makes what was written through `handle` durable, with the vectors of the file.
  void fsync(Host host, HandleId handle, boolean dataOnly) throws ErrnoException, VectorFailure;

  /// Opens a directory for `caller` to list.
  HandleId opendir(Host host, Caller caller, NodeId node) throws ErrnoException, VectorFailure;

  /// Lists entries after `offset` into `listing` until it is full.
  void readdir(Host host, HandleId handle, long offset, Listing listing)
      throws ErrnoException, VectorFailure;

  /// The last descriptor of a directory was closed.
  void releasedir(Host host, HandleId handle);

  /// Makes the names in a directory durable.
  void fsyncdir(Host host, HandleId handle, boolean dataOnly) throws ErrnoException, VectorFailure;

  /// Figures of the file system that holds the tree, as `struct statvfs`.
  void statfs(Host host, MemorySegment statvfs) throws ErrnoException;

  /// `ioctl(2)`: files here have no controls of their own, and the host's are out of reach, since
  /// the memory that their arguments point to is.
  default Controlled ioctl(Host host, NodeId node, HandleId handle, ControlCall call)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.ENOTTY);
  }

  /// The value of an extended attribute. A tree without attributes says ENODATA: EOPNOTSUPP, said
  /// of an access control list, would have the kernel refuse everybody but the owner.
  default byte[] getxattr(Host host, NodeId node, String name)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.ENODATA);
  }

  /// The names of the extended attributes that `caller` may know of, each followed by NUL.
  default byte[] listxattr(Host host, Caller caller, NodeId node)
      throws ErrnoException, VectorFailure {
    return new byte[0];
  }

  /// Sets an extended attribute; `flags` as in `setxattr(2)`.
  default void setxattr(Host host, Caller caller, NodeId node, String name, byte[] value, int flags)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EOPNOTSUPP);
  }

  /// Removes an extended attribute.
  default void removexattr(Host host, NodeId node, String name)
      throws ErrnoException, VectorFailure {
    throw ErrnoException.of(Errno.EOPNOTSUPP);
  }
}
