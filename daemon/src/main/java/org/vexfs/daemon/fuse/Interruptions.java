package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.NativeCalls;
import org.vexfs.bindings.fuse.Fuse;

/// Turns the kernel's wish to end a request (`FUSE_INTERRUPT`: its caller got a signal) into an
/// interrupt of the thread that handles it. Only requests that may wait for long are watched.
///
/// libfuse calls back on the thread that receives, under a lock of the request: nothing may be done
/// there but to wake the thread.
final class Interruptions {
  private static final Logger LOG = LoggerFactory.getLogger(Interruptions.class);

  /// By the address of libfuse's request, which no other has before this one is answered.
  private final ConcurrentHashMap<Long, Thread> waiting = new ConcurrentHashMap<>();

  // The kernel may call as long as the process lives, so the function does too.
  private final MemorySegment callback =
      NativeCalls.upcall((request, _, _, _, _, _) -> interruptSafely(request), Arena.global());

  private volatile boolean ended;

  /// A request that is watched until this is closed, which must happen before it is answered.
  final class Watch implements AutoCloseable {
    private final long request;

    private Watch(MemorySegment request) {
      this.request = request.address();
    }

    @Override
    public void close() {
      waiting.remove(request);
      // An interrupt that came too late must not end something else.
      boolean _ = Thread.interrupted();
    }
  }

  /// Watches a request that the calling thread handles; the kernel may have lost patience already.
  Watch watch(MemorySegment request) {
    Watch watch = new Watch(request);
    waiting.put(watch.request, Thread.currentThread());
    if (ended) {
      Thread.currentThread().interrupt();
    }
    Fuse.fuse_req_interrupt_func(request, callback, MemorySegment.NULL);
    return watch;
  }

  /// Ends every wait, those that are yet to begin as well.
  void end() {
    ended = true;
    waiting.keySet().forEach(this::interrupt);
  }

  private void interruptSafely(long request) {
    try {
      interrupt(request);
      // Where the kernel lost patience before the request was watched, libfuse calls back at once,
      // from where the request is handled.
      if (Receiver.isCalledBack()) {
        Receiver.current().measure(Operation.INTERRUPT);
      }
    } catch (Throwable t) {
      LOG.error("A request could not be interrupted", t);
    }
  }

  /// Inside the map's update, so that the thread is not interrupted once its watch has ended.
  private void interrupt(long request) {
    waiting.computeIfPresent(
        request,
        (key, thread) -> {
          thread.interrupt();
          return thread;
        });
  }
}
