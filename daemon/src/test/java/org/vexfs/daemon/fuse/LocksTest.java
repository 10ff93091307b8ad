package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.fuse.SocketKernel.Answer;

/// Locks as the kernel asks for them, between owners within the mount and with the host.
final class LocksTest {
  private static final long OWNER = 0x1111;
  private static final long OTHER = 0x2222;
  private static final long END = Long.MAX_VALUE;

  @TempDir Path directory;
  private SocketMount mount;
  private SocketKernel kernel;
  private Path file;
  private long node;

  @BeforeEach
  void open() throws Exception {
    mount = new SocketMount(directory);
    kernel = mount.kernel;
    file = Files.writeString(mount.source.resolve("a"), "0123456789");
    node = kernel.call(Opcode.LOOKUP, ROOT, Payload.name("a")).u64(0);
  }

  @AfterEach
  void close() throws Exception {
    assertEquals(0, kernel.strays().size(), () -> "stray answers: " + kernel.strays());
    mount.close();
  }

  private long handle() {
    return kernel.call(Opcode.OPEN, node, Payload.open(Libc.O_RDWR())).u64(0);
  }

  private int set(long handle, long owner, long start, long end, int type) {
    return kernel
        .call(Opcode.SETLK, node, Payload.lock(handle, owner, start, end, type, 0))
        .errno();
  }

  private CompletableFuture<Answer> awaitLock(long handle, long owner, int type) {
    return kernel.send(Opcode.SETLKW, node, Payload.lock(handle, owner, 0, END, type, 0));
  }

  private int flock(int opcode, long handle, int type) {
    return kernel.call(opcode, node, Payload.lock(handle, OWNER, 0, END, type, 1)).errno();
  }

  private void interruptLast() {
    kernel.tell(Opcode.INTERRUPT, 0, Payload.of().u64(kernel.lastUnique()));
  }

  @Test
  void setlk_overlapWithOtherOwner_isEAGAINUntilUnlocked() {
    long one = handle();
    long two = handle();

    assertEquals(0, set(one, OWNER, 2, 5, Libc.F_WRLCK()));
    assertEquals(Errno.EAGAIN, set(two, OTHER, 5, 9, Libc.F_RDLCK()));
    assertEquals(0, set(two, OTHER, 6, 9, Libc.F_WRLCK()));
    assertEquals(0, set(one, OWNER, 2, 5, Libc.F_UNLCK()));
    assertEquals(0, set(two, OTHER, 5, 9, Libc.F_RDLCK()));
  }

  @Test
  void setlk_sameOwnerThroughOtherHandle_isGranted() {
    assertEquals(0, set(handle(), OWNER, 0, END, Libc.F_WRLCK()));
    assertEquals(0, set(handle(), OWNER, 0, END, Libc.F_WRLCK()));
  }

  @Test
  void setlk_sharedByTwo_keepsOutAWriterOnly() {
    assertEquals(0, set(handle(), OWNER, 0, END, Libc.F_RDLCK()));
    assertEquals(0, set(handle(), OTHER, 0, END, Libc.F_RDLCK()));
    assertEquals(Errno.EAGAIN, set(handle(), OTHER, 0, END, Libc.F_WRLCK()));
  }

  /// POSIX: closing any descriptor of a file drops all locks that the process has on it.
  @Test
  void flush_ofAnyHandle_dropsTheLocksOfItsOwnerOnly() throws Exception {
    long one = handle();
    long two = handle();
    assertEquals(0, set(one, OWNER, 0, 4, Libc.F_WRLCK()));
    assertEquals(0, set(one, OTHER, 5, 9, Libc.F_WRLCK()));
    long locked = mount.descriptorsIntoSource();

    assertEquals(0, kernel.call(Opcode.FLUSH, node, Payload.flush(two, OWNER)).errno());

    assertEquals(0, set(two, OTHER, 0, 4, Libc.F_WRLCK()));
    assertEquals(Errno.EAGAIN, set(one, OWNER, 5, 9, Libc.F_WRLCK()));
    kernel.call(Opcode.FLUSH, node, Payload.flush(one, OWNER));
    assertEquals(locked - 1, mount.descriptorsIntoSource(), "the owner's description is closed");
  }

  /// An open file that owns locks itself (`F_OFD_SETLK`) is released without a flush of that owner.
  @Test
  void release_ofTheHandle_dropsWhatWasLockedThroughIt() {
    long one = handle();
    long two = handle();
    assertEquals(0, set(one, OWNER, 0, 4, Libc.F_WRLCK()));
    assertEquals(Errno.EAGAIN, set(two, OTHER, 0, 4, Libc.F_WRLCK()));

    kernel.call(Opcode.RELEASE, node, Payload.release(one));

    assertEquals(0, set(two, OTHER, 0, 4, Libc.F_WRLCK()));
  }

  @Test
  void getlk_heldByOther_tellsRangeTypeAndProcess() {
    long one = handle();
    long two = handle();
    set(one, OWNER, 2, 5, Libc.F_WRLCK());

    Answer taken =
        kernel.call(Opcode.GETLK, node, Payload.lock(two, OTHER, 0, END, Libc.F_RDLCK(), 0));
    Answer free =
        kernel.call(Opcode.GETLK, node, Payload.lock(two, OTHER, 6, END, Libc.F_WRLCK(), 0));
    Answer own =
        kernel.call(Opcode.GETLK, node, Payload.lock(two, OWNER, 0, END, Libc.F_WRLCK(), 0));

    assertEquals(2, taken.u64(0));
    assertEquals(5, taken.u64(8));
    assertEquals(Libc.F_WRLCK(), taken.u32(16));
    assertEquals(Libc.getpid(), taken.u32(20));
    assertEquals(Libc.F_UNLCK(), free.u32(16));
    assertEquals(Libc.F_UNLCK(), own.u32(16));
  }

  @Test
  void setlk_andAProgramOnTheHost_keepEachOtherOut() throws Exception {
    long handle = handle();
    try (FileChannel host =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      assertEquals(0, set(handle, OWNER, 0, 4, Libc.F_WRLCK()));
      assertNull(host.tryLock(0, 1, false));
      FileLock beside = host.tryLock(5, 1, false);
      assertNotNull(beside);
      assertEquals(Errno.EAGAIN, set(handle, OWNER, 5, 5, Libc.F_WRLCK()));

      CompletableFuture<Answer> waiting = awaitLock(handle, OTHER, Libc.F_WRLCK());
      assertEquals(0, set(handle, OWNER, 0, 4, Libc.F_UNLCK()));
      assertFalse(waiting.isDone());
      beside.release();
      assertEquals(0, SocketKernel.await(waiting).errno());
    }
  }

  @Test
  void setlkw_holderLetsGo_isGranted() {
    long one = handle();
    long two = handle();
    set(one, OWNER, 0, 0, Libc.F_WRLCK());

    CompletableFuture<Answer> unlocked = awaitLock(two, OTHER, Libc.F_WRLCK());
    assertEquals(Errno.EAGAIN, set(two, OTHER, 0, 0, Libc.F_WRLCK()));
    assertFalse(unlocked.isDone());
    set(one, OWNER, 0, 0, Libc.F_UNLCK());
    assertEquals(0, SocketKernel.await(unlocked).errno());

    CompletableFuture<Answer> closed = awaitLock(one, OWNER, Libc.F_RDLCK());
    kernel.call(Opcode.FLUSH, node, Payload.flush(two, OTHER));
    assertEquals(0, SocketKernel.await(closed).errno());
  }

  @Test
  void setlkw_interrupted_isEINTRAndTakesNothing() {
    long one = handle();
    set(one, OWNER, 0, END, Libc.F_WRLCK());

    CompletableFuture<Answer> waiting = awaitLock(one, OTHER, Libc.F_WRLCK());
    interruptLast();

    assertEquals(Errno.EINTR, SocketKernel.await(waiting).errno());
    assertEquals(0, set(one, OWNER, 0, END, Libc.F_UNLCK()));
    assertEquals(0, set(one, 0x3333, 0, END, Libc.F_WRLCK()));
  }

  /// Which of the two began to wait last is left open.
  @Test
  void setlkw_ownersWaitForEachOther_tellsOneAndTheOtherIsGrantedAfterwards() {
    long handle = handle();
    set(handle, OWNER, 0, 0, Libc.F_WRLCK());
    set(handle, OTHER, 1, 1, Libc.F_WRLCK());

    CompletableFuture<Answer> one = awaitLock(handle, OWNER, Libc.F_WRLCK());
    CompletableFuture<Answer> two = awaitLock(handle, OTHER, Libc.F_WRLCK());
    assertEquals(Libc.EDEADLK(), SocketKernel.await(one.applyToEither(two, a -> a)).errno());

    boolean isFirst = one.isDone();
    CompletableFuture<Answer> waiting = isFirst ? two : one;
    assertFalse(waiting.isDone());
    assertEquals(0, set(handle, isFirst ? OWNER : OTHER, 0, 1, Libc.F_UNLCK()));
    assertEquals(0, SocketKernel.await(waiting).errno());
  }

  @Test
  void setlkw_threeOwnersInACircle_isEDEADLKForTheLast() {
    long handle = handle();
    for (int i = 0; i < 3; i++) {
      set(handle, OWNER + i, i, i, Libc.F_WRLCK());
    }

    CompletableFuture<Answer> first = new CompletableFuture<>();
    for (int i = 0; i < 3; i++) {
      int wanted = (i + 1) % 3;
      Payload lock = Payload.lock(handle, OWNER + i, wanted, wanted, Libc.F_WRLCK(), 0);
      var _ = kernel.send(Opcode.SETLKW, node, lock).thenAccept(first::complete);
    }

    assertEquals(Libc.EDEADLK(), SocketKernel.await(first).errno());
  }

  @Test
  void setlkw_circleThatALeavingHolderCloses_isEDEADLK() {
    long handle = handle();
    long third = 0x3333;
    set(handle, OWNER, 0, 0, Libc.F_WRLCK());
    set(handle, OTHER, 5, 5, Libc.F_WRLCK());
    set(handle, third, 9, 9, Libc.F_WRLCK());

    CompletableFuture<Answer> first = new CompletableFuture<>();
    Payload ofOther = Payload.lock(handle, OTHER, 9, 9, Libc.F_WRLCK(), 0);
    Payload ofThird = Payload.lock(handle, third, 0, 5, Libc.F_WRLCK(), 0);
    var _ = kernel.send(Opcode.SETLKW, node, ofOther).thenAccept(first::complete);
    var _ = kernel.send(Opcode.SETLKW, node, ofThird).thenAccept(first::complete);
    set(handle, OWNER, 0, 0, Libc.F_UNLCK());

    assertEquals(Libc.EDEADLK(), SocketKernel.await(first).errno());
  }

  @Test
  void flock_belongsToTheHandle() throws Exception {
    long one = handle();
    long two = handle();

    assertEquals(0, flock(Opcode.SETLK, one, Libc.F_WRLCK()));
    assertEquals(Errno.EAGAIN, flock(Opcode.SETLK, two, Libc.F_RDLCK()));
    CompletableFuture<Answer> waiting =
        kernel.send(Opcode.SETLKW, node, Payload.lock(two, OWNER, 0, END, Libc.F_WRLCK(), 1));
    kernel.call(Opcode.FLUSH, node, Payload.flush(one, OWNER));
    assertFalse(waiting.isDone(), "a duplicate of the descriptor may be open");
    kernel.call(Opcode.RELEASE, node, Payload.release(one));

    assertEquals(0, SocketKernel.await(waiting).errno());
    long three = handle();
    assertEquals(Errno.EAGAIN, flock(Opcode.SETLK, three, Libc.F_RDLCK()));
    CompletableFuture<Answer> interrupted =
        kernel.send(Opcode.SETLKW, node, Payload.lock(three, OWNER, 0, END, Libc.F_WRLCK(), 1));
    interruptLast();
    assertEquals(Errno.EINTR, SocketKernel.await(interrupted).errno());
    assertEquals(0, flock(Opcode.SETLK, two, Libc.F_UNLCK()));
    assertEquals(0, flock(Opcode.SETLK, three, Libc.F_WRLCK()));
  }

  @Test
  void session_endsWhileSomebodyWaits_doesNotWaitWithThem() throws Exception {
    long one = handle();
    set(one, OWNER, 0, END, Libc.F_WRLCK());
    CompletableFuture<Answer> waiting = awaitLock(one, OTHER, Libc.F_WRLCK());
    kernel.call(Opcode.STATFS, ROOT, Payload.of());

    mount.endSession();

    assertFalse(waiting.isDone());
    assertTrue(mount.requestCount() >= 4);
  }
}
