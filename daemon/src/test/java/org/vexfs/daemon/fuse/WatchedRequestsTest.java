package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.control.ControlTree;
import org.vexfs.daemon.fuse.SocketKernel.Answer;
import org.vexfs.daemon.io.Host;

/// Requests that last too long are reported; those that are too many wait, and hold up none but
/// their like.
@Timeout(120)
final class WatchedRequestsTest {
  private static final Payload GETATTR = Payload.of().u32(0, 0).u64(0);
  private static final Duration SLOW = Duration.ofMillis(50);

  @TempDir Path directory;

  private static Instruments reportingSlow() {
    return new Instruments(new Instruments.Settings(StackMonitor.Limits.DEFAULT, true, SLOW));
  }

  /// Whatever was slow for other reasons has ended, and is not reported any more.
  private static void awaitNothingUnderWay(SocketMount mount) {
    while (mount.instruments.slow().count() > 0) {
      Thread.onSpinWait();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS), "nobody went on");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void slowRequest_isReportedOnce_withTheStackOfItsThread() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<UnderWay> seen = new CompletableFuture<>();
    try (SocketMount mount =
        new SocketMount(
            directory,
            trees ->
                new Dispatcher(trees, reportingSlow()) {
                  @Override
                  void handle(FsRequest request, Host host, Arena arena)
                      throws ErrnoException, VectorFailure {
                    if (request instanceof FsRequest.FileSystemFigures) {
                      UnderWay underWay = new UnderWay(request);
                      seen.complete(underWay);
                      await(goOn);
                    }
                    super.handle(request, host, arena);
                  }
                })) {
      SlowRequests watch = mount.instruments.slow();
      awaitNothingUnderWay(mount);
      long before = watch.reportedCount();
      CompletableFuture<Answer> slow = mount.kernel.send(Opcode.STATFS, ROOT, Payload.of());
      UnderWay underWay = seen.get(20, TimeUnit.SECONDS);
      while (watch.reportedCount() == before) {
        Thread.onSpinWait();
      }
      watch.look();
      watch.look();
      assertEquals(before + 1, watch.reportedCount());
      String stack = underWay.stack();
      assertTrue(stack.contains("CountDownLatch.await"), stack);
      assertTrue(stack.contains("WatchedRequestsTest"), stack);
      goOn.countDown();
      assertEquals(0, SocketKernel.await(slow).errno());
      awaitNothingUnderWay(mount);
      watch.look();
      assertEquals(before + 1, watch.reportedCount());
    }
  }

  /// A lock is waited for as long as another program has it, which is no fault of the daemon's.
  @Test
  void requestThatWaitsForALock_isNotReported() throws Exception {
    try (SocketMount mount =
        new SocketMount(directory, trees -> new Dispatcher(trees, reportingSlow()))) {
      SocketKernel kernel = mount.kernel;
      Answer created = kernel.call(Opcode.CREATE, ROOT, Payload.create("a", 0644, Libc.O_RDWR()));
      long node = created.u64(0);
      long one = created.u64(128);
      long two = kernel.call(Opcode.OPEN, node, Payload.open(Libc.O_RDWR())).u64(0);
      Payload lock = Payload.lock(one, 1, 0, 9, Libc.F_WRLCK(), 0);
      assertEquals(0, kernel.call(Opcode.SETLK, node, lock).errno());
      SlowRequests watch = mount.instruments.slow();
      awaitNothingUnderWay(mount);
      long before = watch.reportedCount();
      CompletableFuture<Answer> waiting =
          kernel.send(Opcode.SETLKW, node, Payload.lock(two, 2, 0, 9, Libc.F_WRLCK(), 0));
      long end = System.nanoTime() + 4 * SLOW.toNanos();
      while (System.nanoTime() < end) {
        watch.look();
      }
      assertEquals(before, watch.reportedCount());
      assertTrue(!waiting.isDone());
      Payload unlock = Payload.lock(one, 1, 0, 9, Libc.F_UNLCK(), 0);
      assertEquals(0, kernel.call(Opcode.SETLK, node, unlock).errno());
      assertEquals(0, SocketKernel.await(waiting).errno());
    }
  }

  @Test
  void requestsAboutVectors_thatAreTooMany_wait_andFilesGoOn() throws Exception {
    int requests = Admission.AT_ONCE + 100;
    CountDownLatch goOn = new CountDownLatch(1);
    Semaphore entered = new Semaphore(0);
    AtomicInteger handled = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (SocketMount mount =
        new SocketMount(
            directory,
            trees ->
                new Dispatcher(trees, SocketMount.watched()) {
                  @Override
                  void handle(FsRequest request, Host host, Arena arena)
                      throws ErrnoException, VectorFailure {
                    boolean isHeld =
                        request instanceof FsRequest.GetAttributes
                            && ControlTree.owns(request.subject());
                    if (isHeld) {
                      most.accumulateAndGet(handled.incrementAndGet(), Math::max);
                      entered.release();
                      await(goOn);
                    }
                    super.handle(request, host, arena);
                    if (isHeld) {
                      handled.decrementAndGet();
                    }
                  }
                })) {
      long control = mount.kernel.call(Opcode.LOOKUP, ROOT, Payload.name(".vexfs")).u64(0);
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        answers.add(mount.kernel.send(Opcode.GETATTR, control, GETATTR));
      }
      assertTrue(entered.tryAcquire(Admission.AT_ONCE, 60, TimeUnit.SECONDS));

      assertEquals(0, mount.kernel.call(Opcode.GETATTR, ROOT, GETATTR).errno());
      Answer made = mount.kernel.call(Opcode.CREATE, ROOT, Payload.create("a", 0644, 2));
      assertEquals(0, made.errno());
      assertEquals(requests, mount.kernel.waitingCount());

      goOn.countDown();
      for (CompletableFuture<Answer> answer : answers) {
        assertEquals(0, SocketKernel.await(answer).errno());
      }
      assertEquals(Admission.AT_ONCE, most.get());
    }
  }
}
