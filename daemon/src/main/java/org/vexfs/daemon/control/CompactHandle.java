package org.vexfs.daemon.control;

import java.nio.charset.StandardCharsets;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.store.Pace;
import org.vexfs.daemon.store.Upkeep;
import org.vexfs.daemon.store.VectorStore;

/// An open `compact`: a write returns once the store is compacted, and the first read after it gets
/// what came of it as a line of JSON, wherever the descriptor stands.
final class CompactHandle implements VirtualHandle {
  private final VectorStore store;

  /// The answer to the last write, and where it is read from; replaced as one.
  private volatile Answer answer = new Answer("", 0);

  private record Answer(String line, long start) {}

  CompactHandle(VectorStore store) {
    this.store = store;
  }

  @Override
  public void write(Host host, long offset, byte[] data) throws ErrnoException, VectorFailure {
    try {
      Upkeep.Compacted done = store.upkeep().compact(true, Pace.FULL);
      String line =
          "{\"segments\":%d,\"moved_bytes\":%d,\"freed_bytes\":%d}\n"
              .formatted(done.segments(), done.movedBytes(), done.freedBytes());
      answer = new Answer(line, offset + data.length);
    } catch (InterruptedException e) {
      throw ErrnoException.of(Errno.EINTR);
    }
  }

  @Override
  public Content read(Host host, long offset, int size) {
    Answer last = answer;
    long start = offset < last.start() ? 0 : last.start();
    byte[] bytes = last.line().getBytes(StandardCharsets.US_ASCII);
    return Content.OfBytes.range(bytes, offset - start, size);
  }
}
