package org.vexfs.daemon.fuse;

import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.fuse.SocketKernel.Answer;

/// Requests that no kernel would send, in frames that any would; which ones is up to a [Random].
///
/// Left out is what is not the session's to survive:
///
/// - `DESTROY`, which ends a session, and `NOTIFY_REPLY`, which answers a question never asked;
///   libfuse neither answers nor frees it.
/// - `RELEASE` and `FORGET` of what other requests under way use. The kernel sends them after the
///   last use, and the daemon relies on that: a descriptor closed under a request may by then be
///   another file's. Both are sent for things that do not exist.
/// - Devices and pipes, which the kernel opens itself: to open one here might wait for ever, or do
///   harm to the machine. Nor names with a slash, for the machine's sake; another test has those.
/// - `SETLKW`, which waits for as long as somebody else holds the lock, and allocations and copies
///   of more than the machine may want to spare.
/// - Reads of more than the socket carries in one message.
final class HostileRequests {
  private static final int NOWHERE = 1 << 20;
  private static final int MAX_READ_BYTES = 65_536;
  private static final int READ_SIZE_OFFSET = 16;
  private static final int ALLOCATION_BYTES = 32;
  private static final int ALLOCATION_LENGTH_OFFSET = 16;
  private static final int COPY_BYTES = 56;
  private static final int COPY_LENGTH_OFFSET = 40;
  private static final int MAX_ALLOCATED_BYTES = 1 << 20;
  private static final String[] NAMES = {
    "a", "b", "c", "dir", ".vexfs", "\u00ff\u00fe", "x".repeat(300)
  };
  private static final String[] ATTRIBUTES = {
    "user.a", "user.vexfs.vector", "user.vexfs.vector.b", "trusted.c", "nonsense", ""
  };
  private static final int[] EXTREMES = {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 4096};
  private static final List<Integer> UNANSWERED =
      List.of(Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.INTERRUPT);
  private static final List<Integer> LEFT_OUT =
      List.of(Opcode.DESTROY, Opcode.NOTIFY_REPLY, Opcode.SETLKW);

  private HostileRequests() {}

  /// Sends one; what it will be answered, where it is one that is answered.
  static Optional<CompletableFuture<Answer>> send(SocketKernel kernel, Random random) {
    int opcode = opcode(random);
    long node = node(opcode, random);
    byte[] body = mutated(request(opcode, random).toBytes(), random);
    Payload payload = Payload.of().raw(harmless(opcode, body));
    if (UNANSWERED.contains(opcode)) {
      kernel.tell(opcode, node, payload);
      return Optional.empty();
    }
    return Optional.of(kernel.send(opcode, node, payload));
  }

  private static int opcode(Random random) {
    int opcode = random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(Opcode.END);
    return LEFT_OUT.contains(opcode) ? Opcode.LOOKUP : opcode;
  }

  private static long node(int opcode, Random random) {
    if (opcode == Opcode.FORGET) {
      return (long) NOWHERE + random.nextInt(100);
    }
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong();
      case 1, 2, 3 -> ROOT;
      default -> random.nextInt(30);
    };
  }

  /// A request as it should be, more or less.
  private static Payload request(int opcode, Random random) {
    String name = NAMES[random.nextInt(NAMES.length)];
    String other = NAMES[random.nextInt(NAMES.length)];
    String attribute = ATTRIBUTES[random.nextInt(ATTRIBUTES.length)];
    long handle = random.nextInt(40);
    long offset = random.nextInt(10_000);
    byte[] data = new byte[random.nextInt(2000)];
    random.nextBytes(data);
    return switch (opcode) {
      case Opcode.LOOKUP, Opcode.UNLINK, Opcode.RMDIR -> Payload.name(name);
      case Opcode.REMOVEXATTR -> Payload.name(attribute);
      case Opcode.MKDIR -> Payload.mkdir(name, 0755);
      case Opcode.MKNOD -> Payload.mknod(name, 0644);
      case Opcode.SYMLINK -> Payload.of().text(name).text(other);
      case Opcode.LINK -> Payload.of().u64(random.nextInt(30)).text(name);
      case Opcode.RENAME -> Payload.of().u64(ROOT).text(name).text(other);
      case Opcode.RENAME2 -> Payload.rename2(name, ROOT, other, random.nextInt(4));
      case Opcode.SETATTR -> Payload.setSize(random.nextInt(100_000));
      case Opcode.OPEN, Opcode.OPENDIR -> Payload.open(random.nextInt(4));
      case Opcode.CREATE -> Payload.create(name, 0644, Libc.O_RDWR());
      case Opcode.READ, Opcode.READDIR, Opcode.READDIRPLUS ->
          Payload.read(handle, random.nextBoolean() ? 0 : offset, random.nextInt(5000));
      case Opcode.WRITE -> Payload.write(handle, offset, data);
      case Opcode.RELEASE, Opcode.RELEASEDIR -> Payload.release(NOWHERE + handle);
      case Opcode.FLUSH -> Payload.flush(handle, random.nextInt(3));
      case Opcode.GETLK, Opcode.SETLK ->
          Payload.lock(
              handle,
              random.nextInt(3),
              offset,
              offset + 100,
              random.nextInt(4),
              random.nextInt(2));
      case Opcode.LSEEK -> Payload.lseek(handle, offset, random.nextInt(6));
      case Opcode.FALLOCATE -> Payload.fallocate(handle, random.nextInt(4), offset, 5000);
      case Opcode.COPY_FILE_RANGE ->
          Payload.copy(handle, 0, random.nextInt(30), random.nextInt(40), offset, 5000);
      case Opcode.FSYNC, Opcode.FSYNCDIR -> Payload.fsync(handle, 1);
      case Opcode.SETXATTR -> Payload.setxattr(attribute, data, 0);
      case Opcode.GETXATTR -> Payload.getxattr(attribute, random.nextInt(3000));
      case Opcode.LISTXATTR -> Payload.of().u32(random.nextInt(3000), 0);
      case Opcode.BATCH_FORGET -> Payload.of().u32(1, 0).u64(NOWHERE, 1);
      case Opcode.GETATTR, Opcode.ACCESS, Opcode.STATFS -> Payload.of().u32(0, 0).u64(0);
      default -> Payload.of().raw(data);
    };
  }

  private static byte[] mutated(byte[] body, Random random) {
    byte[] mutated = body;
    while (random.nextInt(3) == 0) {
      switch (random.nextInt(4)) {
        case 0 -> mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length + 1));
        case 1 -> mutated = Arrays.copyOf(mutated, mutated.length + random.nextInt(200));
        case 2 -> {
          if (mutated.length > 0) {
            mutated[random.nextInt(mutated.length)] ^= (byte) (1 << random.nextInt(8));
          }
        }
        default -> {
          if (mutated.length >= 4) {
            ByteBuffer.wrap(mutated)
                .order(ByteOrder.nativeOrder())
                .putInt(
                    random.nextInt(mutated.length / 4) * 4,
                    EXTREMES[random.nextInt(EXTREMES.length)]);
          }
        }
      }
    }
    return mutated;
  }

  /// Takes out what the class's comment leaves out.
  private static byte[] harmless(int opcode, byte[] body) {
    byte[] harmless = body.clone();
    for (int i = 0; i < harmless.length; i++) {
      harmless[i] = harmless[i] == '/' ? (byte) '_' : harmless[i];
    }
    ByteBuffer fields = ByteBuffer.wrap(harmless).order(ByteOrder.nativeOrder());
    switch (opcode) {
      case Opcode.MKNOD -> {
        if (harmless.length >= 4) {
          fields.putInt(0, Libc.__S_IFREG() | (fields.getInt(0) & 0777));
        }
      }
      case Opcode.READ, Opcode.READDIR, Opcode.READDIRPLUS -> {
        if (harmless.length >= READ_SIZE_OFFSET + 4) {
          int size = fields.getInt(READ_SIZE_OFFSET);
          fields.putInt(READ_SIZE_OFFSET, size > MAX_READ_BYTES && size <= 1 << 20 ? 4096 : size);
        } else {
          // libfuse would take the size from what the message before left in the buffer.
          return Payload.read(0, 0, 0).toBytes();
        }
      }
      case Opcode.FALLOCATE -> {
        if (harmless.length < ALLOCATION_BYTES) {
          return Payload.fallocate(0, 0, 0, 0).toBytes();
        }
        long length = fields.getLong(ALLOCATION_LENGTH_OFFSET);
        fields.putLong(ALLOCATION_LENGTH_OFFSET, length % MAX_ALLOCATED_BYTES);
      }
      case Opcode.COPY_FILE_RANGE -> {
        if (harmless.length < COPY_BYTES) {
          return Payload.copy(0, 0, 0, 0, 0, 0).toBytes();
        }
        long length = fields.getLong(COPY_LENGTH_OFFSET);
        fields.putLong(COPY_LENGTH_OFFSET, length % MAX_ALLOCATED_BYTES);
      }
      case Opcode.RELEASE, Opcode.RELEASEDIR -> {
        return Payload.release(NOWHERE).raw(harmless).toBytes();
      }
      default -> {}
    }
    return harmless;
  }

  /// libfuse hands an interrupt back to whoever sent it if its request is not known yet.
  static boolean isInterrupt(Answer stray) {
    return stray.errno() == Libc.EAGAIN() && stray.body().remaining() == 0;
  }
}
