package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;

/// The kernel's end of a session, for tests: it speaks the protocol of `linux/fuse.h` over one end
/// of a socket pair, of which the daemon takes the other for `/dev/fuse`.
///
/// Answers find their request by its number. What nobody asked for, or asked for once and got
/// twice, is kept as a *stray*.
final class SocketKernel implements AutoCloseable {
  private static final int IN_HEADER_BYTES = 40;
  private static final int OUT_HEADER_BYTES = 16;
  private static final int MAX_MESSAGE_BYTES = 1 << 21;
  private static final int SHUT_RDWR = 2;
  private static final long PATIENCE_SECONDS = 20;
  private static final MethodHandle SHUTDOWN =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("shutdown"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final int descriptor;
  private final int daemonDescriptor;
  private final AtomicLong lastUnique = new AtomicLong();
  private final ConcurrentHashMap<Long, CompletableFuture<Answer>> waiting =
      new ConcurrentHashMap<>();
  private final Queue<Answer> strays = new ConcurrentLinkedQueue<>();
  private final Thread reader = new Thread(this::readAnswers, "kernel-reader");

  /// What came back.
  ///
  /// @param unique the request's number
  /// @param errno 0 for success
  /// @param body what follows the header
  record Answer(long unique, int errno, ByteBuffer body) {
    int u32(int offset) {
      return body.getInt(offset);
    }

    long u64(int offset) {
      return body.getLong(offset);
    }

    byte[] bytes() {
      byte[] bytes = new byte[body.remaining()];
      body.get(0, bytes);
      return bytes;
    }
  }

  SocketKernel() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result =
          Libc.socketpair(Libc.AF_UNIX(), Libc.SOCK_SEQPACKET() | Libc.SOCK_CLOEXEC(), 0, pair);
      if (result != 0) {
        throw new AssertionError("socketpair failed");
      }
      descriptor = pair.getAtIndex(ValueLayout.JAVA_INT, 0);
      daemonDescriptor = pair.getAtIndex(ValueLayout.JAVA_INT, 1);
    }
    reader.setDaemon(true);
    reader.start();
  }

  /// What the daemon is to be mounted at; its end of the pair is closed with the session.
  String mountpoint() {
    return "/dev/fd/" + daemonDescriptor;
  }

  /// The handshake that begins a session.
  Answer init() {
    int flags =
        1 // asynchronous reads
            | 1 << 1 // locks of ranges
            | 1 << 3 // O_TRUNC with open
            | 1 << 5 // writes of more than a page
            | 1 << 10 // locks of files
            | 1 << 12 // automatic invalidation of data
            | 1 << 13 // readdirplus
            | 1 << 18 // parallel operations on directories
            | 1 << 22; // max_pages
    return call(Opcode.INIT, 0, Payload.of().u32(7, 38, 131_072, flags).u64(0, 0, 0, 0, 0, 0));
  }

  /// Sends a request; what it will be answered.
  CompletableFuture<Answer> send(int opcode, long node, Payload payload) {
    long unique = lastUnique.addAndGet(2);
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    waiting.put(unique, answer);
    transmit(opcode, unique, node, payload);
    return answer;
  }

  /// Sends what is not answered.
  void tell(int opcode, long node, Payload payload) {
    transmit(opcode, lastUnique.addAndGet(2), node, payload);
  }

  /// Sends a request and waits for the answer.
  Answer call(int opcode, long node, Payload payload) {
    return await(send(opcode, node, payload));
  }

  /// The answer to a request that has been sent.
  static Answer await(CompletableFuture<Answer> answer) {
    try {
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  /// The number of the request that was sent last.
  long lastUnique() {
    return lastUnique.get();
  }

  /// Requests that still wait for an answer.
  int waitingCount() {
    return waiting.size();
  }

  /// Answers that no request waited for.
  Queue<Answer> strays() {
    return strays;
  }

  private void transmit(int opcode, long unique, long node, Payload payload) {
    byte[] body = payload.toBytes();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(IN_HEADER_BYTES + body.length, 8);
      ByteBuffer header = message.asByteBuffer().order(ByteOrder.nativeOrder());
      header.putInt((int) message.byteSize()).putInt(opcode).putLong(unique).putLong(node);
      header.putInt(Libc.geteuid()).putInt(Libc.getegid()).putInt(Libc.getpid()).putInt(0);
      header.put(body);
      if (Libc.write(descriptor, message, message.byteSize()) != message.byteSize()) {
        throw new AssertionError("the daemon did not take a request of " + message.byteSize());
      }
    }
  }

  private void readAnswers() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(MAX_MESSAGE_BYTES, 8);
      long length;
      while ((length = Libc.read(descriptor, message, MAX_MESSAGE_BYTES)) >= OUT_HEADER_BYTES) {
        byte[] bytes = message.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        take(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
      }
    }
  }

  private void take(ByteBuffer message) {
    Answer answer =
        new Answer(
            message.getLong(8),
            -message.getInt(4),
            message
                .slice(OUT_HEADER_BYTES, message.limit() - OUT_HEADER_BYTES)
                .order(ByteOrder.nativeOrder()));
    @Nullable CompletableFuture<Answer> asked = waiting.remove(answer.unique());
    if (asked == null || message.getInt(0) != message.limit()) {
      strays.add(answer);
    } else {
      asked.complete(answer);
    }
  }

  /// Ends the session as an abort does: nothing comes and nothing is taken any more.
  void hangUp() {
    try {
      int _ = (int) SHUTDOWN.invokeExact(descriptor, SHUT_RDWR);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  @Override
  public void close() {
    hangUp();
    try {
      reader.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (Libc.close(descriptor) != 0) {
      throw new AssertionError(Errno.nameOf(Errno.EBADF));
    }
  }
}
