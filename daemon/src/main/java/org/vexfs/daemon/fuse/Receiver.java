package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.io.NativeMemory;

/// A thread that receives requests until the session ends: one native call reads a request, another
/// decodes it and leaves it here through [Upcalls], and only after that has returned is it handed
/// on.
final class Receiver extends Thread implements NativeCallback.Callee {
  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  /// Room for the largest struct that libfuse passes, `struct stat`.
  private static final long KEPT_BYTES = 256;

  private final MemorySegment session;
  private final ReceiveBuffers buffers;
  private final Consumer<FsRequest> dispatcher;

  /// What was kept of libfuse's stack.
  private final MemorySegment kept = Arena.ofAuto().allocate(2 * KEPT_BYTES, 8);

  private ReceiveBuffers.Buffer buffer;
  private MemorySegment message = MemorySegment.NULL;
  private boolean bufferKept;
  private Intake.@Nullable Delivery delivered;
  private boolean isInCallback;

  private final StackMonitor stack;
  private final @Nullable StackPointer pointer;

  /// Where the stack ended before libfuse was called; 0 where this request is not measured.
  private long stackBefore;

  /// The deepest place of the callback that was looked at.
  private long stackDepth;

  Receiver(
      String name,
      MemorySegment session,
      ReceiveBuffers buffers,
      Consumer<FsRequest> dispatcher,
      StackMonitor stack) {
    super(name);
    this.session = session;
    this.buffers = buffers;
    this.dispatcher = dispatcher;
    this.buffer = buffers.acquire();
    this.stack = stack;
    this.pointer = stack.isOn() ? StackPointer.reader() : null;
  }

  /// The receiver on whose thread a native callback runs.
  static Receiver current() {
    return (Receiver) Thread.currentThread();
  }

  /// Leaves the request that libfuse has just decoded.
  void deliver(Intake.Delivery delivery) {
    delivered = delivery;
    probe();
  }

  /// A copy, for one request, of a struct that lies on libfuse's stack; 0 stays 0.
  ///
  /// @return its address
  long keepFirst(long at, long bytes) {
    return keep(at, bytes, kept.address());
  }

  /// A copy of another struct.
  long keepSecond(long at, long bytes) {
    return keep(at, bytes, kept.address() + KEPT_BYTES);
  }

  private static long keep(long at, long bytes, long copy) {
    if (at == 0) {
      return 0;
    }
    MemorySegment.copy(NativeMemory.ALL, at, NativeMemory.ALL, copy, Math.min(bytes, KEPT_BYTES));
    return copy;
  }

  /// Looks how deep the callback is here, where that is measured.
  private void probe() {
    if (stackBefore != 0 && pointer != null) {
      stackDepth = Math.max(stackDepth, stackBefore - pointer.now());
    }
  }

  /// The callback of something that is no request, where it is deepest.
  void measure(Operation operation) {
    probe();
    if (stackBefore != 0) {
      stack.record(operation, stackDepth);
    }
  }

  @Override
  public boolean isInCallback() {
    return isInCallback;
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
        Intake.@Nullable Delivery delivery = delivered;
        delivered = null;
        if (delivery != null) {
          delivery.copy().ifPresent(this::handOn);
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

  private void handOn(FsRequest request) {
    if (stackBefore != 0) {
      stack.record(request.operation(), stackDepth);
    }
    dispatcher.accept(request);
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
    stackDepth = 0;
    stackBefore = stack.isDue() && pointer != null ? pointer.now() : 0;
    isInCallback = true;
    Fuse.fuse_session_process_buf(session, buffer.description);
    isInCallback = false;
    return Fuse.fuse_session_exited(session) == 0;
  }
}
