package org.vexfs.daemon.overlay;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;

/// Keeps the number of known inodes, each of which holds a descriptor, within what the process may
/// open: when there are too many, the kernel is asked to drop names, and forgets the files.
///
/// A thread of its own, because the kernel answers such a demand with requests. It works on a
/// sample, not on the least recently used: what is dropped and still wanted is looked up again.
public final class InodeTrimmer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InodeTrimmer.class);

  /// Names dropped between two looks at the number of inodes.
  private static final int BATCH = 256;

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
        boolean goesOn = true;
        while (goesOn && !closed && inodes.isCrowded()) {
          goesOn = trim(host) > 0;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("Trimming inodes ended; descriptors may run out", e);
    }
  }

  /// Has a batch of names dropped; returns how many.
  private int trim(Host host) {
    int dropped = 0;
    for (Inode inode : inodes.sample(BATCH)) {
      try {
        TreePath path = namespace.pathOf(host, inode);
        Optional<NodeId> parent = inodes.find(namespace.identityOf(host, path.parent()));
        if (parent.isPresent()) {
          kernel.drop(parent.get(), path.name());
          dropped++;
        }
      } catch (ErrnoException _) {
        // A file whose name is gone leaves with its last user.
      }
    }
    return dropped;
  }

  /// Ends trimming; the session still answers.
  @Override
  public void close() {
    closed = true;
    demands.release();
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
