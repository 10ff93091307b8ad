package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorValues;

/// A vector file that is open for writing: collects a value in any form, and stores it when a
/// descriptor is closed. What is wrong with it, `close(2)` tells, and nothing is stored.
final class VectorHandle implements VirtualHandle {
  /// A header and the longest text form of a value, besides the largest entry.
  private static final long MAX_BYTES = 3 * Limits.MAX_ENTRY_BYTES;

  private final VectorFile file;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final WrittenContent content;

  VectorHandle(VectorFile file, byte[] present) {
    this.file = file;
    this.content = new WrittenContent("a vector file", MAX_BYTES, present);
  }

  @Override
  public Content read(Host host, long offset, int size) {
    lock.lock();
    try {
      return content.read(offset, size);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(Host host, long offset, byte[] data) throws VectorFailure {
    lock.lock();
    try {
      content.write(offset, data);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush(Host host) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      if (content.isChanged()) {
        file.context()
            .overlay()
            .attach(host, file.subject(host), file.collection(), value(dimension()));
        content.settled();
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private VectorMatrix value(int dimension) throws VectorFailure {
    return VectorValues.parse(
        content.array(),
        0,
        content.length(),
        dimension == 0 ? OptionalInt.empty() : OptionalInt.of(dimension));
  }

  private int dimension() throws VectorFailure {
    return file.context()
        .search()
        .store()
        .collection(file.collection())
        .map(VectorCollection::dimension)
        .orElse(0);
  }
}
