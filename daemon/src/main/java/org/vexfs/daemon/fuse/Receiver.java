package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.io.NativeMemory;
import org.vexfs.daemon.io.Poll;

/// Receives requests, for one thread at a time and so in the order in which the kernel sends them:
/// one native call reads a request, another decodes it and leaves it here through [Upcalls], and
/// only after that has returned is it taken over.
final class Receiver implements NativeCallback.Callee, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  /// How often a thread looks whether another has received what it is at, before it sleeps: the
  /// other is done soon, and to be woken means a system call of each.
  private static final int SPINS = 200;

  /// Room for the largest struct that libfuse passes, `struct stat`.
  private static final long KEPT_BYTES = 256;

  private final MemorySegment session;
  private final ReceiveBuffers buffers;
  private final Function<FsRequest, Runnable> dispatcher;

  /// Whether reading the descriptor waits where there is nothing to read.
  private final boolean isBlocking;

  /// Who has it receives; what follows is that thread's.
  private final ReentrantLock lock = new ReentrantLock();

  /// What was kept of libfuse's stack.
  private final MemorySegment kept = Arena.ofAuto().allocate(2 * KEPT_BYTES, 8);

  private ReceiveBuffers.Buffer buffer;
  private MemorySegment message = MemorySegment.NULL;

  /// Whether a write has kept the buffer, so that another is needed before the next request.
  private boolean isBufferKept;

  private Intake.@Nullable Delivery delivered;

  /// Which thread libfuse may be calling back, by its number; 0 is none. Every thread reads it, and
  /// finds itself here only where it put itself.
  private long calledBack;

  private volatile boolean hasEnded;

  private final StackMonitor stack;
  private final @Nullable StackPointer pointer;

  /// Where the stack ended before libfuse was called; 0 where this request is not measured.
  private long stackBefore;

  /// The deepest place of the callback that was looked at.
  private long stackDepth;

  /// Receives for a session.
  ///
  /// @param isBlocking whether reading waits where there is nothing to read
  /// @param dispatcher takes requests over, in their order, and says how each is answered
  Receiver(
      MemorySegment session,
      boolean isBlocking,
      ReceiveBuffers buffers,
      Function<FsRequest, Runnable> dispatcher,
      StackMonitor stack) {
    this.session = session;
    this.isBlocking = isBlocking;
    this.buffers = buffers;
    this.dispatcher = dispatcher;
    this.buffer = buffers.acquire();
    this.stack = stack;
    this.pointer = stack.isOn() ? StackPointer.reader() : null;
  }

  /// The receiver by which a native callback runs on this thread.
  static Receiver current() {
    return (Receiver) NativeCallback.callee().orElseThrow();
  }

  /// Whether this thread is in a native callback.
  static boolean isCalledBack() {
    return NativeCallback.callee().filter(NativeCallback.Callee::isInCallback).isPresent();
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
    return calledBack == Thread.currentThread().threadId();
  }

  /// What is left, from `at` on, of the message that is being decoded.
  ///
  /// @throws IndexOutOfBoundsException where `at` does not lie in it
  MemorySegment message(long at) {
    return message.asSlice(at - message.address());
  }

  /// Keeps the current buffer for the write whose data lies in it.
  WriteData keepBuffer(MemorySegment data) {
    isBufferKept = true;
    return new WriteData(data, buffer);
  }

  /// Receives one request, if there is one and no other thread comes before.
  ///
  /// @param poll what has told that there may be one
  /// @return what answers it; nothing where there was none, or nothing to do, or the session
  ///   [#hasEnded]
  Optional<Runnable> receive(Poll poll) throws ErrnoException {
    lockSoon();
    try {
      if (hasEnded || (isBlocking && !poll.isReady())) {
        return Optional.empty();
      }
      if (isBufferKept) {
        buffer = buffers.acquire();
        isBufferKept = false;
      }
      read();
      Intake.@Nullable Delivery delivery = delivered;
      delivered = null;
      return delivery == null ? Optional.empty() : delivery.copy().map(this::takeOver);
    } finally {
      lock.unlock();
    }
  }

  private void lockSoon() {
    for (int spin = 0; spin < SPINS; spin++) {
      if (lock.tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    lock.lock();
  }

  private Runnable takeOver(FsRequest request) {
    if (stackBefore != 0) {
      stack.record(request.operation(), stackDepth);
    }
    return dispatcher.apply(request);
  }

  /// Reads and decodes one request, where there is one.
  private void read() {
    buffer.prepare();
    int received = Fuse.fuse_session_receive_buf(session, buffer.description);
    if (received == -Errno.EINTR || received == -Errno.EAGAIN) {
      return;
    }
    if (received <= 0) {
      if (received != 0 && received != -Errno.ENODEV) {
        LOG.error("Receiving from the kernel failed: {}", Errno.nameOf(-received));
      }
      hasEnded = true;
      return;
    }
    message = buffer.received(received);
    stackDepth = 0;
    stackBefore = stack.isDue() && pointer != null ? pointer.now() : 0;
    calledBack = Thread.currentThread().threadId();
    Fuse.fuse_session_process_buf(session, buffer.description);
    calledBack = 0;
    if (Fuse.fuse_session_exited(session) != 0) {
      hasEnded = true;
    }
  }

  /// Whether there is nothing more to receive.
  boolean hasEnded() {
    return hasEnded;
  }

  /// Receives no more.
  void end() {
    hasEnded = true;
  }

  /// Gives its buffer back; nobody is to receive any more.
  @Override
  public void close() {
    if (!isBufferKept) {
      buffer.release();
    }
  }
}
