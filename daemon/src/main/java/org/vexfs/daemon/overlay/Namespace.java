package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.FileIdentity;
import org.vexfs.daemon.io.Host;

/// The names of SOURCE, and the vectors that follow them.
///
/// The host changes its names, then the vector log is told; the two must happen in the same order.
/// So whatever changes a name that vectors hang on, and whatever attaches a vector to a name, holds
/// [#lock] for writing across both. Changes of names without vectors hold it for reading only: they
/// run side by side, and no vector can be attached to such a name while they do. The lock is held
/// across host calls because that order is its purpose; reads, writes, look-ups and `stat` never
/// take it.
final class Namespace {
  private static final String DELETED = " (deleted)";

  private final Inode root;
  private final VectorAttributes vectors;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  Namespace(Inode root, VectorAttributes vectors) {
    this.root = root;
    this.vectors = vectors;
  }

  /// Where a file lies now, by the host kernel's own bookkeeping.
  ///
  /// @throws ErrnoException with `ENOENT` where every name by which it was looked up is gone
  TreePath pathOf(Host host, Inode inode) throws ErrnoException {
    if (inode == root) {
      return TreePath.ROOT;
    }
    String source = host.pathOf(root.descriptor);
    String prefix = source.equals("/") ? source : source + "/";
    String path = host.pathOf(inode.descriptor);
    if (path.startsWith(prefix)) {
      TreePath below = new TreePath(path.substring(prefix.length()));
      if (!path.endsWith(DELETED) || leadsTo(host, below, inode)) {
        return below;
      }
    }
    return otherPathOf(host, inode, prefix);
  }

  private TreePath otherPathOf(Host host, Inode inode, String prefix) throws ErrnoException {
    for (int descriptor : inode.otherNames) {
      String path = host.pathOf(descriptor);
      if (path.startsWith(prefix)) {
        TreePath below = new TreePath(path.substring(prefix.length()));
        if (leadsTo(host, below, inode)) {
          return below;
        }
      }
    }
    throw ErrnoException.of(Errno.ENOENT);
  }

  private boolean leadsTo(Host host, TreePath path, Inode inode) {
    MemorySegment stat = host.scratchStat();
    try {
      host.fstatat(root.descriptor, path.bytes(), stat);
      return Host.fileOf(stat).equals(inode.file);
    } catch (ErrnoException gone) {
      return false;
    }
  }

  /// Which file of the host lies at `path`.
  FileIdentity identityOf(Host host, TreePath path) throws ErrnoException {
    if (path.isRoot()) {
      return root.file;
    }
    host.fstatat(root.descriptor, path.bytes(), host.scratchStat());
    return Host.fileOf(host.scratchStat());
  }

  /// `link(2)`: the new name shares the vectors.
  void link(Host host, Inode inode, Inode directory, String name)
      throws ErrnoException, VectorFailure {
    change(
        () -> vectors.bearsVectors(pathOf(host, inode), inode.file),
        () -> host.link(inode.descriptor, directory.descriptor, name),
        () -> vectors.linked(pathOf(host, inode), inode.file, pathOf(host, directory).child(name)));
  }

  /// `unlink(2)` and `rmdir(2)`: the last name takes the vectors with it.
  void unlink(Host host, Inode directory, String name, boolean isDirectory)
      throws ErrnoException, VectorFailure {
    change(
        () -> vectors.bearsVectors(pathOf(host, directory).child(name)),
        () -> host.unlinkat(directory.descriptor, name, isDirectory),
        () -> vectors.removed(pathOf(host, directory).child(name), isDirectory));
  }

  /// `renameat2(2)`: vectors move along, and those of a file that is replaced go.
  void rename(Host host, Inode from, String name, Inode to, String newName, int flags)
      throws ErrnoException, VectorFailure {
    boolean exchanges = (flags & Libc.RENAME_EXCHANGE()) != 0;
    change(
        () ->
            vectors.bearsVectors(pathOf(host, from).child(name))
                || vectors.bearsVectors(pathOf(host, to).child(newName)),
        () -> host.renameat2(from.descriptor, name, to.descriptor, newName, flags),
        () -> {
          TreePath oldPath = pathOf(host, from).child(name);
          TreePath newPath = pathOf(host, to).child(newName);
          if (exchanges) {
            vectors.exchanged(oldPath, newPath);
          } else {
            vectors.renamed(oldPath, newPath);
          }
        });
  }

  /// A question about names, asked under [#lock].
  @FunctionalInterface
  private interface Question {
    boolean ask() throws ErrnoException, VectorFailure;
  }

  /// Something done to names under [#lock].
  @FunctionalInterface
  interface Step {
    void run() throws ErrnoException, VectorFailure;
  }

  /// Runs `action`, which attaches vectors to names or takes them off, while no name changes.
  void attaching(Step action) throws ErrnoException, VectorFailure {
    lock.writeLock().lock();
    try {
      action.run();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void change(Question touchesVectors, Step inHost, Step inStore)
      throws ErrnoException, VectorFailure {
    lock.readLock().lock();
    try {
      if (vectors.hasNone() || !touchesVectors.ask()) {
        inHost.run();
        return;
      }
    } finally {
      lock.readLock().unlock();
    }
    lock.writeLock().lock();
    try {
      inHost.run();
      inStore.run();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
