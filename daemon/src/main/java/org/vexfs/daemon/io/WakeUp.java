package org.vexfs.daemon.io;

import java.lang.foreign.Arena;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;

/// Ends the waiting of all threads that wait at a [Poll], those that are yet to begin as well
/// (`eventfd(2)`).
public final class WakeUp implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final CallMemory memory = new CallMemory(arena);
  private final int descriptor;

  /// Nobody is woken yet.
  public WakeUp() throws ErrnoException {
    int flags = Libc.EFD_CLOEXEC() | Libc.EFD_NONBLOCK();
    descriptor = memory.check((int) memory.call(HostCalls.EVENTFD, 0, flags));
  }

  int descriptor() {
    return descriptor;
  }

  /// From now on nobody waits.
  public synchronized void ring() {
    // It can fail only by overflowing, and then it was rung before.
    long _ = memory.call(HostCalls.EVENTFD_WRITE, descriptor, 1);
  }

  @Override
  public void close() {
    long _ = memory.call(HostCalls.CLOSE, descriptor);
    arena.close();
  }
}
