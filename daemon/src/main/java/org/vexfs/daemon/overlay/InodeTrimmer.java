package org.vexfs.daemon.overlay;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.ThreadEnd;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;

/// Keeps the number of known inodes, each of which holds a descriptor, within what the process may
/// open: when there are too many, the kernel is asked to drop names, and forgets the files.
///
/// A thread of its own, because the kernel answers such a demand with requests. It takes inodes as
/// they come, not the least recently used: what is dropped and still wanted is looked up again.
public final class InodeTrimmer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InodeTrimmer.class);

  /// Names dropped before the kernel is given time to forget their files.
  private static final int BATCH = 256;

  private static final long FORGET_NANOS = Duration.ofMillis(1).toNanos();

  private final InodeTable inodes;
  private final Namespace namespace;
  private final KernelCache kernel;
  private final Semaphore demands = new Semaphore(0);
  private final Thread thread =
      Thread.ofPlatform().name("inode-trimmer").daemon().unstarted(this::run);
  private volatile boolean closed;

  InodeTrimmer(InodeTable inodes, Namespace namespace, KernelCache kernel) {
    this.inodes = inodes;
    this.namespace = namespace;
    this.kernel = kernel;
    inodes.onCrowded(demands::release);
    thread.start();
  }

  private void run() {
    try (Host host = Host.borrow()) {
      while (!closed) {
        demands.acquire();
        int _ = demands.drainPermits();
        sweep(host);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("Trimming inodes ended; descriptors may run out", e);
    }
  }

  /// Goes once over the known inodes, until enough were forgotten. Those that are in use stay, so a
  /// sweep may come to its end without; the next look-up that is one too many asks for another.
  private void sweep(Host host) {
    int dropped = 0;
    for (Inode inode : inodes.known()) {
      if (closed || !inodes.isCrowded()) {
        return;
      }
      drop(host, inode);
      dropped++;
      if (dropped % BATCH == 0) {
        LockSupport.parkNanos(FORGET_NANOS);
      }
    }
  }

  private void drop(Host host, Inode inode) {
    try {
      TreePath path = namespace.pathOf(host, inode);
      if (path.isRoot()) {
        return;
      }
      Optional<NodeId> parent = inodes.find(namespace.identityOf(host, path.parent()));
      if (parent.isPresent()) {
        kernel.drop(parent.get(), path.name());
      }
    } catch (ErrnoException _) {
      // A file whose name is gone leaves with its last user.
    }
  }

  /// Ends trimming; the session still answers.
  @Override
  public void close() {
    closed = true;
    demands.release();
    ThreadEnd.await(thread);
  }
}
