package org.vexfs.daemon.control;

import java.util.List;
import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;

/// A file or directory under `.vexfs`. Implementations are records: equal where they show the same.
interface VirtualNode {
  /// Owner, mode and size to show.
  Appearance appearance(Host host) throws ErrnoException, VectorFailure;

  /// The file or directory of SOURCE that this is about, for messages.
  TreePath subject(Host host) throws ErrnoException;

  /// What `stat` shows of a node.
  ///
  /// @param mode file type and permission bits
  /// @param uid owner
  /// @param gid group
  /// @param size bytes; 0 where it is known only once the file is open
  record Appearance(int mode, int uid, int gid, long size) {
    private static final int READ_ONLY_DIRECTORY = Libc.__S_IFDIR() | 0555;

    /// As the original has it, with at most the permission bits in `mask`, as a file of the size
    /// given.
    Appearance asFile(int mask, long size) {
      return new Appearance(Libc.__S_IFREG() | (mode & mask), uid, gid, size);
    }

    /// As the original has it, as a directory that is not written to.
    Appearance asDirectory() {
      return new Appearance((mode & READ_ONLY_DIRECTORY) | Libc.__S_IFDIR(), uid, gid, 0);
    }

    /// A file with exactly these permission bits.
    Appearance withPermissions(int permissions) {
      return new Appearance(Libc.__S_IFREG() | permissions, uid, gid, 0);
    }
  }

  /// A node that is about the directory whose `.vexfs` it lies in.
  interface OfItsDirectory extends VirtualNode {
    /// What it draws on.
    ControlContext context();

    /// The directory.
    NodeId directory();

    @Override
    default TreePath subject(Host host) throws ErrnoException {
      return context().pathOf(host, directory());
    }
  }

  /// A directory. It looks like the real one that it is about.
  interface Directory extends VirtualNode {
    /// What it draws on.
    ControlContext context();

    @Override
    default Appearance appearance(Host host) throws ErrnoException {
      return context().original(host, subject(host)).asDirectory();
    }

    /// The entry of this name.
    Optional<? extends VirtualNode> child(Host host, String name)
        throws ErrnoException, VectorFailure;

    /// The entries to list.
    List<Child> children(Host host) throws ErrnoException, VectorFailure;

    /// Makes a file, which is opened next.
    default VirtualNode create(Host host, String name) throws ErrnoException, VectorFailure {
      throw ErrnoException.of(Errno.EPERM);
    }

    /// Makes a directory.
    default VirtualNode makeDirectory(Host host, String name) throws ErrnoException, VectorFailure {
      throw ErrnoException.of(Errno.EPERM);
    }

    /// Removes a file.
    default void remove(Host host, String name) throws ErrnoException, VectorFailure {
      throw ErrnoException.of(Errno.EPERM);
    }
  }

  /// An entry of a listing.
  ///
  /// @param name its name
  /// @param isDirectory what it is
  record Child(String name, boolean isDirectory) {}

  /// A file.
  interface File extends VirtualNode {
    /// Opens it for `caller`; `flags` as in `open(2)`.
    VirtualHandle open(Host host, Caller caller, int flags) throws ErrnoException, VectorFailure;

    /// Whether it may be opened for writing at all.
    boolean isWritable();
  }
}
