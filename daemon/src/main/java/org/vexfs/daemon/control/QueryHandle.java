package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.search.QueryParser;

/// A saved query that is open for writing: what was written is checked and saved when a descriptor
/// is closed. What is wrong with it, `close(2)` tells, and the query stays as it was.
final class QueryHandle implements VirtualHandle {
  private final QueryDirectory saved;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final WrittenContent content;

  QueryHandle(QueryDirectory saved, byte[] present) {
    this.saved = saved;
    this.content = new WrittenContent("a saved query", SavedQueries.MAX_QUERY_BYTES, present);
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
        byte[] query = content.toBytes();
        var _ = QueryParser.parse(query);
        ControlContext context = saved.context();
        context.queries().write(context.placeOf(host, saved.directory()), saved.name(), query);
        content.settled();
      }
    } finally {
      lock.unlock();
    }
  }
}
