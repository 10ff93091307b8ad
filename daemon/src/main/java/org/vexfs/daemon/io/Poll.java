package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;

/// A place for one thread to wait until a descriptor can be read (`epoll(7)`). Of several threads,
/// each with a place of its own over the same descriptor, the kernel wakes one for each thing that
/// arrives, that whose place was made first, so that one that suffices stays awake and the others
/// asleep.
public final class Poll implements AutoCloseable {
  /// Room for a `struct epoll_event` of any machine: 12 bytes on x86-64, 16 elsewhere. It begins
  /// with the events.
  private static final long EVENT_BYTES = 16;

  private static final int FOR_EVER = -1;

  private final Arena arena = Arena.ofShared();
  private final CallMemory memory = new CallMemory(arena);
  private final MemorySegment event = arena.allocate(EVENT_BYTES, 8);
  private final int descriptor;

  /// A place to wait for `waitedFor`, or for `wakeUp`; both outlive it.
  public Poll(int waitedFor, WakeUp wakeUp) throws ErrnoException {
    descriptor = memory.check((int) memory.call(HostCalls.EPOLL_CREATE, Libc.EPOLL_CLOEXEC()));
    add(waitedFor, Libc.EPOLLIN() | Libc.EPOLLEXCLUSIVE());
    add(wakeUp.descriptor(), Libc.EPOLLIN());
  }

  private void add(int waitedFor, int events) throws ErrnoException {
    event.set(JAVA_INT, 0, events);
    int _ =
        memory.check(
            (int)
                memory.call(
                    HostCalls.EPOLL_CTL,
                    descriptor,
                    Libc.EPOLL_CTL_ADD(),
                    waitedFor,
                    event.address()));
  }

  /// Waits until there is something to read, or the other end is gone, or whoever waits is woken.
  /// Another thread may have read it when this returns.
  public void await() throws ErrnoException {
    boolean _ = wait(FOR_EVER);
  }

  /// Whether [#await] would return at once.
  public boolean isReady() throws ErrnoException {
    return wait(0);
  }

  private boolean wait(int milliseconds) throws ErrnoException {
    try {
      return memory.check(
              (int) memory.call(HostCalls.EPOLL_WAIT, descriptor, event.address(), 1, milliseconds))
          > 0;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EINTR) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    long _ = memory.call(HostCalls.CLOSE, descriptor);
    arena.close();
  }
}
