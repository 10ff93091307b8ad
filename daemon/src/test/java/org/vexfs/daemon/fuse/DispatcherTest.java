package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.fuse.SocketKernel.Answer;
import org.vexfs.daemon.io.Host;

/// What callers get from handlers that fail, forget to answer, answer twice, or are late.
final class DispatcherTest {
  private static final Payload GETATTR = Payload.of().u32(0, 0).u64(0);

  @TempDir Path directory;

  /// What a test does in place of, or before, a handler.
  @FunctionalInterface
  private interface Step {
    /// Returns whether the real handler goes on.
    boolean run(FsRequest request) throws ErrnoException, VectorFailure;
  }

  private SocketMount mount(Step step) throws Exception {
    return new SocketMount(
        directory,
        trees ->
            new Dispatcher(trees, SocketMount.watched()) {
              @Override
              void handle(FsRequest request, Host host, Arena arena)
                  throws ErrnoException, VectorFailure {
                if (step.run(request)) {
                  super.handle(request, host, arena);
                }
              }
            });
  }

  private static void assertAlive(SocketMount mount) {
    assertEquals(
        0, mount.kernel.call(Opcode.STATFS, ROOT, Payload.of()).errno(), "the next request");
    assertTrue(mount.kernel.strays().isEmpty(), () -> "stray " + mount.kernel.strays());
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new IllegalStateException("bug"), Errno.EIO),
        Arguments.of(new AssertionError("bug"), Errno.EIO),
        Arguments.of(new StackOverflowError(), Errno.EIO),
        Arguments.of(new OutOfMemoryError("pretended"), Errno.EIO),
        Arguments.of(ErrnoException.of(Errno.ENOSPC), Errno.ENOSPC),
        Arguments.of(new VectorFailure.InvalidVector("no"), Errno.EINVAL),
        Arguments.of(new VectorFailure.NotFound("no"), Errno.ENOENT),
        Arguments.of(new VectorFailure.NotReady("no"), Errno.EAGAIN),
        Arguments.of(new VectorFailure.StoreFull("no"), Errno.ENOSPC),
        Arguments.of(new VectorFailure.StoreBroken("no"), Errno.EIO));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void failure_inHandler_isAnsweredAndTheSessionLivesOn(Throwable failure, int errno)
      throws Exception {
    Step failing =
        request -> {
          if (request instanceof FsRequest.GetAttributes) {
            switch (failure) {
              case ErrnoException e -> throw e;
              case VectorFailure e -> throw e;
              case RuntimeException e -> throw e;
              case Error e -> throw e;
              default -> throw new AssertionError(failure);
            }
          }
          return true;
        };
    try (SocketMount mount = mount(failing)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(errno, mount.kernel.call(Opcode.GETATTR, ROOT, GETATTR).errno());
        assertAlive(mount);
      }
    }
  }

  @Test
  void failure_afterTheAnswer_sendsNothingMore() throws Exception {
    Step failing =
        request -> {
          if (request instanceof FsRequest.Access) {
            request.reply().done();
            throw new IllegalStateException("late");
          }
          return true;
        };
    try (SocketMount mount = mount(failing)) {
      assertEquals(0, mount.kernel.call(Opcode.ACCESS, ROOT, Payload.of().u32(0, 0)).errno());
      mount.kernel.call(Opcode.GETATTR, ROOT, GETATTR);
      assertAlive(mount);
    }
  }

  @Test
  void reply_dropped_isEIO() throws Exception {
    try (SocketMount mount = mount(request -> !(request instanceof FsRequest.GetAttributes))) {
      assertEquals(Errno.EIO, mount.kernel.call(Opcode.GETATTR, ROOT, GETATTR).errno());
      assertAlive(mount);
    }
  }

  @Test
  void reply_givenTwice_throwsAndSendsOne() throws Exception {
    CompletableFuture<Throwable> second = new CompletableFuture<>();
    Step twice =
        request -> {
          if (request instanceof FsRequest.GetAttributes) {
            request.reply().error(Errno.EBUSY);
            try {
              request.reply().error(Errno.EPERM);
              second.completeExceptionally(new AssertionError("nothing was thrown"));
            } catch (IllegalStateException e) {
              second.complete(e);
            }
            return false;
          }
          return true;
        };
    try (SocketMount mount = mount(twice)) {
      assertEquals(Errno.EBUSY, mount.kernel.call(Opcode.GETATTR, ROOT, GETATTR).errno());
      assertInstanceOf(IllegalStateException.class, second.get(10, TimeUnit.SECONDS));
      assertAlive(mount);
    }
  }

  @Test
  void failure_inForget_tellsTheKernelNothing() throws Exception {
    CountDownLatch forgets = new CountDownLatch(2);
    Step failing =
        request -> {
          if (request instanceof FsRequest.Forget || request instanceof FsRequest.BatchForget) {
            forgets.countDown();
            throw new IllegalStateException("bug");
          }
          return true;
        };
    SocketMount mount = mount(failing);
    try (mount) {
      mount.kernel.tell(Opcode.FORGET, 7, Payload.of().u64(1));
      mount.kernel.tell(Opcode.BATCH_FORGET, 0, Payload.of().u32(1, 0).u64(7, 1));
      mount.kernel.tell(Opcode.BATCH_FORGET, 0, Payload.of().u32(9, 0).u64(7, 1));
      assertTrue(forgets.await(10, TimeUnit.SECONDS));
      assertAlive(mount);
    }
    assertTrue(mount.kernel.strays().isEmpty(), () -> "stray " + mount.kernel.strays());
  }

  @Test
  void handlers_run_onVirtualThreadsWithNoCallbackBelow() throws Exception {
    CompletableFuture<Boolean> isVirtual = new CompletableFuture<>();
    CompletableFuture<List<String>> below = new CompletableFuture<>();
    Step probe =
        request -> {
          if (request instanceof FsRequest.GetAttributes) {
            isVirtual.complete(Thread.currentThread().isVirtual());
            below.complete(
                StackWalker.getInstance()
                    .walk(frames -> frames.map(StackWalker.StackFrame::getClassName).toList()));
          }
          return true;
        };
    try (SocketMount mount = mount(probe)) {
      assertEquals(0, mount.kernel.call(Opcode.GETATTR, ROOT, GETATTR).errno());
      assertTrue(isVirtual.get(10, TimeUnit.SECONDS));
      List<String> classes = below.get(10, TimeUnit.SECONDS);
      assertTrue(classes.contains(Dispatcher.class.getName()), classes.toString());
      assertFalse(classes.contains(Receiver.class.getName()), classes.toString());
      assertFalse(classes.contains(Upcalls.class.getName()), classes.toString());
      assertTrue(
          classes.stream().noneMatch(name -> name.startsWith("org.vexfs.bindings")),
          classes.toString());
    }
  }

  @Test
  void handlersThatWait_howeverMany_holdNobodyUp() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    Step waiting =
        request -> {
          if (request instanceof FsRequest.Access) {
            awaitQuietly(goOn);
          }
          return true;
        };
    try (SocketMount mount = mount(waiting)) {
      List<CompletableFuture<Answer>> late = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        late.add(mount.kernel.send(Opcode.ACCESS, ROOT, Payload.of().u32(0, 0)));
        assertAlive(mount);
      }
      assertTrue(late.stream().noneMatch(CompletableFuture::isDone));
      goOn.countDown();
      for (CompletableFuture<Answer> answer : late) {
        assertEquals(0, SocketKernel.await(answer).errno());
      }
      // Most of their threads are gone now; whoever is left answers.
      for (int i = 0; i < 100; i++) {
        assertAlive(mount);
      }
    }
  }

  @Test
  void read_behindAWriteThatIsLate_seesWhatItWrote() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Step late =
        request -> {
          if (request instanceof FsRequest.Write) {
            arrived.countDown();
            awaitQuietly(goOn);
          }
          return true;
        };
    try (SocketMount mount = mount(late)) {
      Files.writeString(mount.source.resolve("a"), "old");
      long file = mount.kernel.call(Opcode.LOOKUP, ROOT, Payload.name("a")).u64(0);
      long handle = mount.kernel.call(Opcode.OPEN, file, Payload.open(Libc.O_RDWR())).u64(0);
      CompletableFuture<Answer> write =
          mount.kernel.send(Opcode.WRITE, file, Payload.write(handle, 0, "new".getBytes(UTF_8)));
      CompletableFuture<Answer> read =
          mount.kernel.send(Opcode.READ, file, Payload.read(handle, 0, 4096));
      assertTrue(arrived.await(10, TimeUnit.SECONDS));
      // By the time that this is answered the read has been received as well.
      assertAlive(mount);
      assertFalse(read.isDone());
      goOn.countDown();

      assertEquals(0, SocketKernel.await(write).errno());
      Answer answer = SocketKernel.await(read);
      assertEquals(0, answer.errno());
      assertEquals("new", UTF_8.decode(answer.body()).toString());
    }
  }

  /// A caller that was killed meanwhile takes nothing, so whatever the answer would have given it
  /// is taken back.
  @ParameterizedTest
  @ValueSource(
      ints = {
        Opcode.LOOKUP,
        Opcode.MKDIR,
        Opcode.CREATE,
        Opcode.OPEN,
        Opcode.OPENDIR,
        Opcode.READDIRPLUS
      })
  void answer_notTaken_leavesNoNodeAndNoHandle(int opcode) throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean holds = new AtomicBoolean();
    Step late =
        request -> {
          if (holds.get()) {
            arrived.countDown();
            awaitQuietly(goOn);
          }
          return true;
        };
    SocketMount mount = mount(late);
    try (mount) {
      Files.writeString(mount.source.resolve("a"), "content");
      Files.writeString(mount.source.resolve("unknown"), "so far");
      long file = mount.kernel.call(Opcode.LOOKUP, ROOT, Payload.name("a")).u64(0);
      long list = mount.kernel.call(Opcode.OPENDIR, ROOT, Payload.open(0)).u64(0);
      mount.kernel.call(Opcode.READDIR, ROOT, Payload.read(list, 0, 4096));
      int inodes = mount.overlay.inodeCount();
      int handles = mount.overlay.handleCount();
      holds.set(true);
      CompletableFuture<Answer> unheard =
          switch (opcode) {
            case Opcode.LOOKUP -> mount.kernel.send(opcode, ROOT, Payload.name("unknown"));
            case Opcode.MKDIR -> mount.kernel.send(opcode, ROOT, Payload.mkdir("d", 0755));
            case Opcode.CREATE ->
                mount.kernel.send(opcode, ROOT, Payload.create("c", 0644, Libc.O_RDWR()));
            case Opcode.OPEN -> mount.kernel.send(opcode, file, Payload.open(Libc.O_RDONLY()));
            case Opcode.OPENDIR -> mount.kernel.send(opcode, ROOT, Payload.open(0));
            default -> mount.kernel.send(opcode, ROOT, Payload.read(list, 0, 4096));
          };
      assertTrue(arrived.await(10, TimeUnit.SECONDS));
      mount.kernel.hangUp();
      goOn.countDown();
      mount.endSession();

      assertFalse(unheard.isDone());
      assertEquals(inodes, mount.overlay.inodeCount());
      assertEquals(handles, mount.overlay.handleCount());
      assertEquals(2 + 1, mount.descriptorsIntoSource(), "root, file and listed directory");
    }
  }

  @Test
  void interrupt_ofARequestUnderWay_leavesItsOneAnswer() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Step slow =
        request -> {
          if (request instanceof FsRequest.GetAttributes) {
            arrived.countDown();
            awaitQuietly(goOn);
          }
          return true;
        };
    try (SocketMount mount = mount(slow)) {
      CompletableFuture<Answer> answer = mount.kernel.send(Opcode.GETATTR, ROOT, GETATTR);
      long unique = mount.kernel.lastUnique();
      assertTrue(arrived.await(10, TimeUnit.SECONDS));
      CompletableFuture<Answer> interrupt =
          mount.kernel.send(Opcode.INTERRUPT, 0, Payload.of().u64(unique));
      goOn.countDown();

      assertEquals(0, SocketKernel.await(answer).errno());
      assertAlive(mount);
      // It gets no answer, unless it was taken after the request that it is about had ended.
      assertTrue(!interrupt.isDone() || SocketKernel.await(interrupt).errno() == Errno.EAGAIN);
    }
  }

  /// libfuse keeps an interrupt that came before its request, and gives it up with the next one.
  @Test
  void interrupt_ofAnUnknownRequest_isAskedForAgain() throws Exception {
    try (SocketMount mount = mount(request -> true)) {
      CompletableFuture<Answer> interrupt =
          mount.kernel.send(Opcode.INTERRUPT, 0, Payload.of().u64(1_000_001));
      for (int i = 0; i < 1000 && !interrupt.isDone(); i++) {
        assertEquals(0, mount.kernel.call(Opcode.GETATTR, ROOT, GETATTR).errno());
      }
      assertEquals(Errno.EAGAIN, SocketKernel.await(interrupt).errno());
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody went on");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
