package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorFailure.StoreReadOnly;
import org.vexfs.daemon.io.FileIdentity;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.store.Intent;

/// The names of SOURCE, and the vectors that follow them.
///
/// The vector log is told what the host is about to do, the host changes its names, then the log is
/// told that it did; for all names the two must happen in the same order. So whatever changes a
/// name that vectors hang on, and whatever attaches a vector to a name, holds [#lock] for writing
/// across both. Changes of names without vectors hold it for reading only: they run side by side,
/// and no vector can be attached to such a name while they do. The lock is held across host calls
/// because that order is its purpose; reads, writes and `stat` never take it, and a look-up only
/// where vectors wait for the name that it found.
final class Namespace {
  private static final Logger LOG = LoggerFactory.getLogger(Namespace.class);
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
      if (!path.endsWith(DELETED) || leadsTo(host, below, inode.file)) {
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
        if (leadsTo(host, below, inode.file)) {
          return below;
        }
      }
    }
    throw ErrnoException.of(Errno.ENOENT);
  }

  private boolean leadsTo(Host host, TreePath path, FileIdentity file) {
    MemorySegment found = host.scratchStat();
    try {
      host.fstatat(root.descriptor, path.bytes(), found);
      return Host.fileOf(found).equals(file);
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

  /// `link(2)`: the new name shares the vectors. A file whose names are all unknown has none that a
  /// name could share; its vectors wait, and are met when the new name is looked up.
  void link(Host host, Inode inode, Inode directory, String name)
      throws ErrnoException, VectorFailure {
    Step inHost = () -> host.link(inode.descriptor, directory.descriptor, name);
    change(
        () ->
            vectors.bearsVectors(pathOf(host, directory).child(name))
                || (hasKnownName(host, inode)
                    && vectors.bearsVectors(pathOf(host, inode), inode.fingerprint(host))),
        inHost,
        () -> {
          TreePath existing = hasKnownName(host, inode) ? pathOf(host, inode) : TreePath.ROOT;
          TreePath added = pathOf(host, directory).child(name);
          carryOut(Intent.link(existing, inode.fingerprint(host), added), inHost);
        });
  }

  private boolean hasKnownName(Host host, Inode inode) {
    try {
      pathOf(host, inode);
      return true;
    } catch (ErrnoException none) {
      return false;
    }
  }

  /// `unlink(2)` and `rmdir(2)`: the last name takes the vectors with it.
  void unlink(Host host, Inode directory, String name, boolean isDirectory)
      throws ErrnoException, VectorFailure {
    Step inHost = () -> host.unlinkat(directory.descriptor, name, isDirectory);
    change(
        () -> vectors.bearsVectors(pathOf(host, directory).child(name)),
        inHost,
        () -> {
          Optional<Present> leaving = lookAt(host, directory, name);
          if (leaving.isEmpty()) {
            inHost.run();
            return;
          }
          TreePath path = pathOf(host, directory).child(name);
          carryOut(
              Intent.unlink(
                  path, leaving.get().fingerprint, directory.fingerprint(host), leaving.get().fate),
              inHost);
        });
  }

  /// `renameat2(2)`: vectors move along, and those of a file that is replaced go.
  void rename(Host host, Inode from, String name, Inode to, String newName, int flags)
      throws ErrnoException, VectorFailure {
    Step inHost = () -> host.renameat2(from.descriptor, name, to.descriptor, newName, flags);
    change(
        () ->
            vectors.bearsVectors(pathOf(host, from).child(name))
                || vectors.bearsVectors(pathOf(host, to).child(newName)),
        inHost,
        () -> {
          Optional<Present> moved = lookAt(host, from, name);
          Optional<Present> replaced = lookAt(host, to, newName);
          // rename(2) leaves two names of one file as they are.
          boolean isSame = moved.map(Present::file).equals(replaced.map(Present::file));
          if (moved.isEmpty() || isSame) {
            inHost.run();
            return;
          }
          TreePath path = pathOf(host, from).child(name);
          TreePath newPath = pathOf(host, to).child(newName);
          long fingerprint = moved.get().fingerprint;
          long other = replaced.map(Present::fingerprint).orElse(0L);
          carryOut(
              (flags & Libc.RENAME_EXCHANGE()) != 0
                  ? Intent.exchange(path, fingerprint, newPath, other)
                  : Intent.rename(
                      path,
                      fingerprint,
                      newPath,
                      other,
                      replaced.map(Present::fate).orElse(Intent.Fate.NONE)),
              inHost);
        });
  }

  /// What the host has at a name.
  ///
  /// @param fate what becomes of it when it loses that name
  private record Present(FileIdentity file, long fingerprint, Intent.Fate fate) {}

  private static Optional<Present> lookAt(Host host, Inode directory, String name)
      throws ErrnoException {
    try {
      host.fstatat(directory.descriptor, name, host.scratchStat());
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
    FileIdentity file = Host.fileOf(host.scratchStat());
    int type = stat.st_mode(host.scratchStat()) & Libc.__S_IFMT();
    boolean hasOtherNames = type == Libc.__S_IFREG() && stat.st_nlink(host.scratchStat()) > 1;
    Intent.Fate fate =
        type == Libc.__S_IFDIR()
            ? Intent.Fate.DIRECTORY
            : hasOtherNames ? Intent.Fate.LIVES_ON : Intent.Fate.GONE;
    return Optional.of(
        new Present(file, host.statx().fingerprint(directory.descriptor, name), fate));
  }

  /// Makes a change of names that concerns vectors, so that the store follows it wherever the
  /// daemon ends.
  private void carryOut(Intent intent, Step inHost) throws ErrnoException, VectorFailure {
    if (!intent.isApart()) {
      // SOURCE was changed behind the mount, and the host is about to say that it cannot be done.
      inHost.run();
      return;
    }
    tell(() -> vectors.intend(intent));
    boolean done = false;
    try {
      inHost.run();
      done = true;
    } finally {
      boolean hasHappened = done;
      tell(() -> vectors.settle(intent, hasHappened));
    }
  }

  /// Tells the store of a change that the host has made. One that it cannot take, its disk being
  /// full, say, is made all the same: files go on, and the store finds out when it meets the file
  /// or misses it, see [Reconciliation].
  private static void tell(Step step) throws ErrnoException, VectorFailure {
    try {
      step.run();
    } catch (StoreFull | StoreReadOnly | StoreBroken e) {
      LOG.warn("The store has missed a change of names: {}", e.getMessage());
    }
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

  /// Changes names: by `plain` where no vectors hang on them, else by `withVectors`, which does the
  /// same and tells the store.
  private void change(Question touchesVectors, Step plain, Step withVectors)
      throws ErrnoException, VectorFailure {
    lock.readLock().lock();
    try {
      if (vectors.hasNone() || !touchesVectors.ask()) {
        plain.run();
        return;
      }
    } finally {
      lock.readLock().unlock();
    }
    lock.writeLock().lock();
    try {
      withVectors.run();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
