package org.vexfs.daemon.overlay;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;

/// Drops the vectors of files that were removed from SOURCE behind the mount, once a search or a
/// look-up has come upon one.
///
/// A thread of its own, because look-ups and searches must not wait for the lock that dropping
/// takes. What finds no room among those waiting is come upon again.
final class VanishedFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VanishedFiles.class);
  private static final int MAX_WAITING = 4096;

  private final Namespace namespace;
  private final BlockingQueue<TreePath> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private volatile boolean closed;
  private final Thread thread =
      Thread.ofPlatform().name("vanished-files").daemon().unstarted(this::run);

  VanishedFiles(Namespace namespace) {
    this.namespace = namespace;
    thread.start();
  }

  /// Nothing was found at a path where the store has a file.
  void notice(TreePath path) {
    if (!DetachedVectors.isPlace(path)) {
      boolean _ = waiting.offer(path);
    }
  }

  private void run() {
    try (Host host = Host.borrow()) {
      for (TreePath path = waiting.take(); !closed; path = waiting.take()) {
        drop(host, path);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void drop(Host host, TreePath path) {
    try {
      namespace.vanished(host, path);
    } catch (ErrnoException | VectorFailure | RuntimeException e) {
      LOG.warn("The vectors of {}, which is gone, are kept for now: {}", path, e.toString());
    }
  }

  /// Whether an error says that a path leads nowhere, rather than that it cannot be followed now.
  static boolean isAbsence(ErrnoException e) {
    return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR;
  }

  @Override
  public void close() {
    closed = true;
    waiting.clear();
    // Wakes the thread; to interrupt it could close a file of the store under it.
    boolean _ = waiting.offer(TreePath.ROOT);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
