package org.vexfs.daemon.fuse;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.daemon.base.Errno;

/// A thread that receives requests until the session ends: one native call reads a request, another
/// decodes it and leaves it here through [Upcalls], and only after that has returned is it handed
/// on.
final class Receiver extends Thread {
  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  private final MemorySegment session;
  private final ReceiveBuffers buffers;
  private final Consumer<FsRequest> dispatcher;

  private ReceiveBuffers.Buffer buffer;
  private MemorySegment message = MemorySegment.NULL;
  private boolean bufferKept;
  private @Nullable FsRequest delivered;

  Receiver(
      String name, MemorySegment session, ReceiveBuffers buffers, Consumer<FsRequest> dispatcher) {
    super(name);
    this.session = session;
    this.buffers = buffers;
    this.dispatcher = dispatcher;
    this.buffer = buffers.acquire();
  }

  /// The receiver on whose thread a native callback runs.
  static Receiver current() {
    return (Receiver) Thread.currentThread();
  }

  /// Leaves the request that libfuse has just decoded.
  void deliver(FsRequest request) {
    delivered = request;
  }

  /// What is left, from `at` on, of the message that is being decoded.
  ///
  /// @throws IndexOutOfBoundsException where `at` does not lie in it
  MemorySegment message(long at) {
    return message.asSlice(at - message.address());
  }

  /// Keeps the current buffer for the write whose data lies in it.
  WriteData keepBuffer(MemorySegment data) {
    bufferKept = true;
    return new WriteData(data, buffer);
  }

  @Override
  public void run() {
    try {
      while (receive()) {
        FsRequest request = delivered;
        delivered = null;
        if (request != null) {
          dispatcher.accept(request);
        }
        if (bufferKept) {
          bufferKept = false;
          buffer = buffers.acquire();
        }
      }
    } finally {
      buffer.release();
    }
  }

  /// Receives and decodes one request; `false` at the end of the session.
  private boolean receive() {
    buffer.prepare();
    int received = Fuse.fuse_session_receive_buf(session, buffer.description);
    if (received == -Errno.EINTR) {
      return true;
    }
    if (received <= 0) {
      if (received != 0 && received != -Errno.ENODEV) {
        LOG.error("Receiving from the kernel failed: {}", Errno.nameOf(-received));
      }
      return false;
    }
    message = buffer.received(received);
    Fuse.fuse_session_process_buf(session, buffer.description);
    return Fuse.fuse_session_exited(session) == 0;
  }
}
