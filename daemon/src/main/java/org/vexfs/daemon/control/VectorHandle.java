package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
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
  private byte[] content;

  @GuardedBy("lock")
  private int length;

  @GuardedBy("lock")
  private boolean changed;

  VectorHandle(VectorFile file, byte[] content) {
    this.file = file;
    this.content = content;
    this.length = content.length;
  }

  @Override
  public Content read(Host host, long offset, int size) {
    lock.lock();
    try {
      return Content.OfBytes.range(Arrays.copyOf(content, length), offset, size);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(Host host, long offset, byte[] data) throws VectorFailure {
    lock.lock();
    try {
      long end = offset + data.length;
      if (end > MAX_BYTES) {
        throw new VectorFailure.TooLarge("a vector file has at most " + MAX_BYTES + " bytes");
      }
      if (end > content.length) {
        content = Arrays.copyOf(content, (int) Math.min(MAX_BYTES, Math.max(end, 2L * length)));
      }
      System.arraycopy(data, 0, content, (int) offset, data.length);
      length = Math.max(length, (int) end);
      changed = true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush(Host host) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      if (changed) {
        file.context()
            .overlay()
            .attach(host, file.subject(host), file.collection(), value(dimension()));
        changed = false;
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private VectorMatrix value(int dimension) throws VectorFailure {
    return VectorValues.parse(
        content, 0, length, dimension == 0 ? OptionalInt.empty() : OptionalInt.of(dimension));
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
