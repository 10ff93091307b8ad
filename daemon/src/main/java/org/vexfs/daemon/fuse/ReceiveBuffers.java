package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.fuse.fuse_buf;

/// Buffers that requests are received in. The receiver reuses its buffer unless the request was a
/// write: then the data stays where it is, and the receiver takes another buffer for the next.
///
/// At most [#MAX_BUFFERS] exist, so at most that many writes are under way; a receiver that wants
/// one more waits, and the kernel with it. Memory is touched, and so resident, only as far as
/// requests fill it.
final class ReceiveBuffers implements AutoCloseable {
  /// Buffers in all.
  static final int MAX_BUFFERS = 32;

  /// What libfuse reads at once: 256 pages of data and a header (`FUSE_MAX_MAX_PAGES`,
  /// `FUSE_BUFFER_HEADER_SIZE`).
  private static final long BUFFER_BYTES = 256 * 4096 + 4096;

  /// Room for `struct fuse_buf` of any libfuse: 40 bytes up to 3.16, 48 since.
  private static final long DESCRIPTION_BYTES = 48;

  private final Arena arena = Arena.ofShared();
  private final Semaphore available = new Semaphore(MAX_BUFFERS);
  private final ArrayDeque<Buffer> free = new ArrayDeque<>();

  /// One buffer, owned by whoever acquired it until released.
  final class Buffer {
    /// The `struct fuse_buf` to receive into.
    final MemorySegment description = arena.allocate(DESCRIPTION_BYTES, 8);

    private final MemorySegment memory = arena.allocate(BUFFER_BYTES, 4096);

    private Buffer() {}

    /// Makes the buffer ready to receive into.
    void prepare() {
      description.fill((byte) 0);
      fuse_buf.mem(description, memory);
    }

    /// The first `bytes` bytes, which the last request filled.
    MemorySegment received(long bytes) {
      return memory.asSlice(0, bytes);
    }

    /// Gives the buffer back.
    void release() {
      synchronized (free) {
        free.push(this);
      }
      available.release();
    }
  }

  /// Takes a buffer, waiting for one if all are in use.
  Buffer acquire() {
    available.acquireUninterruptibly();
    synchronized (free) {
      @Nullable Buffer buffer = free.poll();
      return buffer != null ? buffer : new Buffer();
    }
  }

  /// Buffers that somebody has; the receiver has one, but right after a write.
  int inUse() {
    return MAX_BUFFERS - available.availablePermits();
  }

  /// Frees the memory; every buffer has been released.
  @Override
  public void close() {
    arena.close();
  }
}
