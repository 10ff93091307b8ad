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
    private static final int READ_WRITE_DIRECTORY = Libc.__S_IFDIR() | 0777;
    private static final int READ_BITS = 0444;
    private static final int READ_TO_SEARCH_SHIFT = 2;
    private static final int SEARCH_BITS = 0111;
    private static final int SEARCH_TO_WRITE_SHIFT = 1;

    /// As the original has it, with at most the permission bits in `mask`, as a file of the size
    /// given.
    Appearance asFile(int mask, long size) {
      return new Appearance(Libc.__S_IFREG() | (mode & mask), uid, gid, size);
    }

    /// As the original has it, as a directory that is not written to.
    Appearance asDirectory() {
      return new Appearance((mode & READ_ONLY_DIRECTORY) | Libc.__S_IFDIR(), uid, gid, 0);
    }

    /// As the original has it, as a directory that whoever may write to the original may write to.
    Appearance asWritableDirectory() {
      return new Appearance((mode & READ_WRITE_DIRECTORY) | Libc.__S_IFDIR(), uid, gid, 0);
    }

    /// As the original has it, as a directory that whoever may search the original may write to.
    Appearance asSharedDirectory() {
      int search = mode & SEARCH_BITS;
      return new Appearance(
          (mode & READ_ONLY_DIRECTORY) | search << SEARCH_TO_WRITE_SHIFT, uid, gid, 0);
    }

    /// A directory with exactly these permission bits.
    Appearance asDirectory(int permissions) {
      return new Appearance(Libc.__S_IFDIR() | permissions, uid, gid, 0);
    }

    /// As a directory that those may list who may read the original, a file.
    Appearance asListing() {
      int read = mode & READ_BITS;
      return new Appearance(Libc.__S_IFDIR() | read | read >> READ_TO_SEARCH_SHIFT, uid, gid, 0);
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

    /// The entry of this name, as `caller` finds it.
    Optional<? extends VirtualNode> child(Host host, Caller caller, String name)
        throws ErrnoException, VectorFailure;

    /// The entries to list for `caller`.
    List<Child> children(Host host, Caller caller) throws ErrnoException, VectorFailure;

    /// Makes a file, which is opened next.
    default VirtualNode create(Host host, Caller caller, String name)
        throws ErrnoException, VectorFailure {
      throw ErrnoException.of(Errno.EPERM);
    }

    /// Makes a directory.
    default VirtualNode makeDirectory(Host host, String name) throws ErrnoException, VectorFailure {
      throw ErrnoException.of(Errno.EPERM);
    }

    /// Removes a file.
    default void remove(Host host, Caller caller, String name)
        throws ErrnoException, VectorFailure {
      throw ErrnoException.of(Errno.EPERM);
    }

    /// Removes a directory with what it holds.
    default void removeDirectory(Host host, String name) throws ErrnoException, VectorFailure {
      throw ErrnoException.of(Errno.EPERM);
    }

    /// Moves an entry to `to`, where it is called `newName`; `flags` as in `renameat2(2)`.
    default void rename(Host host, String name, Directory to, String newName, int flags)
        throws ErrnoException, VectorFailure {
      throw ErrnoException.of(Errno.EPERM);
    }
  }

  /// An entry of a listing.
  ///
  /// @param name its name
  /// @param type its file type, as in `st_mode`
  /// @param node what it leads to, where listing it has told already
  record Child(String name, int type, Optional<VirtualNode> node) {
    static Child file(String name) {
      return new Child(name, Libc.__S_IFREG(), Optional.empty());
    }

    static Child directory(String name) {
      return new Child(name, Libc.__S_IFDIR(), Optional.empty());
    }

    static Child link(String name, Link link) {
      return new Child(name, Libc.__S_IFLNK(), Optional.of(link));
    }
  }

  /// A symbolic link.
  interface Link extends VirtualNode {
    /// Where it leads, as bytes (one char a byte), relative to where it lies.
    String target();
  }

  /// A file.
  interface File extends VirtualNode {
    /// Opens it for `caller`; `flags` as in `open(2)`.
    VirtualHandle open(Host host, Caller caller, int flags) throws ErrnoException, VectorFailure;

    /// Whether it may be opened for writing at all.
    boolean isWritable();
  }
}
