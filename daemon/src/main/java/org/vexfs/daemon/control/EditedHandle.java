package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;

/// A small file that is open for writing: what was written is checked and saved when a descriptor
/// is closed. What is wrong with it, `close(2)` tells, and the file stays as it was.
abstract class EditedHandle implements VirtualHandle {
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final WrittenContent content;

  /// Begins with `content`.
  EditedHandle(WrittenContent content) {
    this.content = content;
  }

  /// Saves what was written. Called by one thread at a time, and not while another writes.
  ///
  /// @throws VectorFailure where it is not what the file holds; nothing is saved then
  abstract void save(Host host, WrittenContent content) throws ErrnoException, VectorFailure;

  @Override
  public final Content read(Host host, long offset, int size) {
    lock.lock();
    try {
      return content.read(offset, size);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public final void write(Host host, long offset, byte[] data) throws VectorFailure {
    lock.lock();
    try {
      content.write(offset, data);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public final void flush(Host host) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      if (content.isChanged()) {
        save(host, content);
        content.settled();
      }
    } finally {
      lock.unlock();
    }
  }
}
