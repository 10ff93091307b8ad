package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.vexfs.bindings.libc.stat;
import org.vexfs.bindings.libc.timespec;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.ThreadEnd;

/// Has the kernel drop the cached pages of files that were changed in SOURCE, behind the mount.
///
/// That a file was changed is seen when its attributes are asked for: its length and the times of
/// its last changes are compared with those of the time before. The kernel itself looks at length
/// and modification time only, which programs that copy files set back. Changes made through the
/// mount are not told from others; their pages are read again.
///
/// A thread of its own, because the kernel must not be told within a request about the same file.
public final class SourceChanges implements AutoCloseable {
  private static final long MIXER = 0x9E3779B97F4A7C15L;

  private final KernelCache kernel;
  private final Set<NodeId> changed = ConcurrentHashMap.newKeySet();
  private final Semaphore demands = new Semaphore(0);
  private final Thread thread =
      Thread.ofPlatform().name("source-changes").daemon().unstarted(this::run);
  private volatile boolean closed;

  SourceChanges(KernelCache kernel) {
    this.kernel = kernel;
    thread.start();
  }

  /// The attributes of a file were read.
  void seen(Inode inode, MemorySegment attributes) {
    long stamp = stampOf(attributes);
    long before = inode.contentStamp;
    if (stamp != before) {
      inode.contentStamp = stamp;
      if (before != Inode.UNSEEN && changed.add(inode.id)) {
        demands.release();
      }
    }
  }

  private static long stampOf(MemorySegment attributes) {
    long stamp = stat.st_size(attributes);
    for (MemorySegment time :
        new MemorySegment[] {stat.st_mtim(attributes), stat.st_ctim(attributes)}) {
      stamp = stamp * MIXER + timespec.tv_sec(time);
      stamp = stamp * MIXER + timespec.tv_nsec(time);
    }
    return stamp == Inode.UNSEEN ? MIXER : stamp;
  }

  private void run() {
    try {
      while (!closed) {
        demands.acquire();
        int _ = demands.drainPermits();
        for (Iterator<NodeId> nodes = changed.iterator(); nodes.hasNext(); ) {
          NodeId node = nodes.next();
          // Before the pages go: a change that is seen meanwhile is noted anew.
          nodes.remove();
          kernel.dropContent(node);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends dropping; the session still answers.
  @Override
  public void close() {
    closed = true;
    demands.release();
    ThreadEnd.await(thread);
  }
}
