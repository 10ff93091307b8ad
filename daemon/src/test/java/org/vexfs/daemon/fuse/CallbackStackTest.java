package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.FuseLibrary;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.Histogram;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;

/// What runs above the frames of libfuse: little, and no vector work.
final class CallbackStackTest {
  /// Enough for the JVM to compile what every request runs.
  private static final int ROUNDS = 300;

  private static final long AIM_BYTES = 6 << 10;

  /// Operations that vectors certainly have a part in.
  private static final Set<Operation> WITH_VECTORS =
      EnumSet.of(
          Operation.LOOKUP,
          Operation.LINK,
          Operation.UNLINK,
          Operation.RMDIR,
          Operation.RENAME,
          Operation.OPEN,
          Operation.CREATE,
          Operation.WRITE,
          Operation.CLOSE,
          Operation.FSYNC,
          Operation.OPENDIR,
          Operation.GETXATTR,
          Operation.LISTXATTR,
          Operation.SETXATTR,
          Operation.REMOVEXATTR,
          Operation.IOCTL);

  @TempDir Path directory;

  private static Set<Operation> driven() throws Exception {
    Set<Operation> driven = EnumSet.allOf(Operation.class);
    driven.remove(Operation.INTERRUPT);
    if (!FuseLibrary.load().knowsTmpfile()) {
      driven.remove(Operation.TMPFILE);
    }
    return driven;
  }

  @Test
  void everyOperation_staysBelowTheAim() throws Exception {
    try (SocketMount mount = new SocketMount(directory)) {
      EveryOperation everything = new EveryOperation(mount.kernel);
      for (int round = 0; round < ROUNDS; round++) {
        everything.run();
        if (driven().contains(Operation.TMPFILE)) {
          everything.makeNameless();
        }
      }

      StackMonitor stack = mount.instruments.stack();
      StringBuilder table = new StringBuilder("operation, callbacks, median and most bytes:\n");
      for (Operation operation : driven()) {
        Histogram.Snapshot depths = stack.depths(operation);
        table.append(
            "%s %d %d %d%n"
                .formatted(
                    operation.label(), depths.count(), depths.percentile(0.5), depths.max()));
        assertTrue(depths.count() > 0, () -> operation + " was never measured");
        assertTrue(
            depths.percentile(0.0) > 0,
            () -> operation + " has libfuse's frames below it at least");
        assertTrue(depths.max() < AIM_BYTES, () -> operation + ": " + depths.max());
      }
      System.out.println(table);
    }
  }

  @Test
  void vectorWork_ofEveryOperation_isDoneOutsideTheCallback() throws Exception {
    Map<Operation, LongAdder> work = new ConcurrentHashMap<>();
    long refusals = NativeCallback.refusals();
    try (SocketMount mount =
        new SocketMount(
            directory,
            trees ->
                new Dispatcher(trees, SocketMount.watched()) {
                  @Override
                  void handle(FsRequest request, Host host, Arena arena)
                      throws ErrnoException, VectorFailure {
                    long before = NativeCallback.vectorWork();
                    super.handle(request, host, arena);
                    work.computeIfAbsent(request.operation(), _ -> new LongAdder())
                        .add(NativeCallback.vectorWork() - before);
                  }
                })) {
      new EveryOperation(mount.kernel).run();
    }

    assertEquals(refusals, NativeCallback.refusals());
    Set<Operation> withVectors = EnumSet.noneOf(Operation.class);
    work.forEach((operation, times) -> {
      if (times.sum() > 0) {
        withVectors.add(operation);
      }
    });
    // The indexer works on the side, so others may seem to have done what it did.
    assertTrue(withVectors.containsAll(WITH_VECTORS), withVectors::toString);
  }

  /// A thread that waits for a lock, as far as [Interruptions] know. What interrupts it runs in a
  /// callback of libfuse, and tries to do vector work there.
  private static final class Waiting extends Thread {
    private final FsRequest request;
    private final Interruptions interruptions = new Interruptions();
    final CompletableFuture<Boolean> isWatched = new CompletableFuture<>();
    final CompletableFuture<Boolean> wasRefused = new CompletableFuture<>();

    Waiting(FsRequest request) {
      this.request = request;
    }

    @Override
    public void run() {
      try (Interruptions.Watch _ = interruptions.watch(request.reply().request())) {
        isWatched.complete(true);
        wasRefused.join();
      }
    }

    @Override
    public void interrupt() {
      try {
        NativeCallback.refuseVectorWork();
        wasRefused.complete(false);
      } catch (IllegalStateException refused) {
        wasRefused.complete(true);
      }
    }
  }

  @Test
  void vectorWork_inACallback_isRefusedAndCounted() throws Exception {
    CompletableFuture<Waiting> handled = new CompletableFuture<>();
    try (SocketMount mount =
        new SocketMount(
            directory,
            trees ->
                new Dispatcher(trees, SocketMount.watched()) {
                  @Override
                  void handle(FsRequest request, Host host, Arena arena)
                      throws ErrnoException, VectorFailure {
                    if (request instanceof FsRequest.FileSystemFigures) {
                      Waiting waiting = new Waiting(request);
                      waiting.start();
                      handled.complete(waiting);
                      waiting.wasRefused.join();
                      awaitEnd(waiting);
                    }
                    super.handle(request, host, arena);
                  }
                })) {
      long refusals = NativeCallback.refusals();
      CompletableFuture<SocketKernel.Answer> answer =
          mount.kernel.send(Opcode.STATFS, ROOT, Payload.of());
      Waiting waiting = handled.get(20, TimeUnit.SECONDS);
      waiting.isWatched.get(20, TimeUnit.SECONDS);
      mount.kernel.tell(Opcode.INTERRUPT, 0, Payload.of().u64(mount.kernel.lastUnique()));

      assertTrue(waiting.wasRefused.get(20, TimeUnit.SECONDS), "vector work began in a callback");
      assertEquals(0, SocketKernel.await(answer).errno());
      assertEquals(refusals + 1, NativeCallback.refusals());
      // The receiver has left the callback when it takes the next request.
      Payload attributes = Payload.of().u32(0, 0).u64(0);
      assertEquals(0, mount.kernel.call(Opcode.GETATTR, ROOT, attributes).errno());
      Histogram.Snapshot depths = mount.instruments.stack().depths(Operation.INTERRUPT);
      assertTrue(depths.max() > 0 && depths.max() < AIM_BYTES, () -> "interrupt " + depths.max());
    }
  }

  private static void awaitEnd(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
