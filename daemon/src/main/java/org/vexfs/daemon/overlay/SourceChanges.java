package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.libc.stat;
import org.vexfs.bindings.libc.timespec;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.ThreadEnd;

/// Has the kernel drop the cached pages of files that were changed in SOURCE, behind the mount.
///
/// That a file was changed is seen when its attributes are asked for: the time of its last change
/// is compared with that of the time before. The kernel itself looks at length and modification
/// time, which programs that copy files set back, and drops the pages where those have changed. It
/// is not told of such changes again: while it is being told, it disregards the attributes that are
/// just on their way, and would go on showing what it has. Changes made through the mount are not
/// told from others; their pages are read again.
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

  /// What tells of changes of a file.
  ///
  /// @param content its length and the time of its last modification, mixed
  /// @param change the time of its last change, mixed
  record Stamp(long content, long change) {
    static Stamp of(MemorySegment attributes) {
      return new Stamp(
          mixed(stat.st_size(attributes), stat.st_mtim(attributes)),
          mixed(0, stat.st_ctim(attributes)));
    }

    private static long mixed(long number, MemorySegment time) {
      return (number * MIXER + timespec.tv_sec(time)) * MIXER + timespec.tv_nsec(time);
    }

    /// Whether the file was changed since `before` in a way that the kernel does not see itself.
    boolean isHiddenChangeSince(Stamp before) {
      return content == before.content && change != before.change;
    }
  }

  /// The attributes of a file were read.
  void seen(Inode inode, MemorySegment attributes) {
    Stamp stamp = Stamp.of(attributes);
    @Nullable Stamp before = inode.stamp;
    if (!stamp.equals(before)) {
      inode.stamp = stamp;
      if (before != null && stamp.isHiddenChangeSince(before) && changed.add(inode.id)) {
        demands.release();
      }
    }
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
