package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.Fuzz;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.fuse.SocketKernel.Answer;
import org.vexfs.daemon.store.NpyFormat;

/// Queries, vectors, NumPy files, imports and saved queries with bytes changed, through the files
/// that take them: each write is answered, with an errno that says what is wrong with the input and
/// never that something is wrong with the daemon, and afterwards a search is answered as before.
final class ControlFuzzTest {
  private static final int ROUNDS = 1500;
  private static final int ENTRY_BYTES = 128;
  private static final int PACKED_BYTES = 256;
  private static final int SEARCH = 'V' << 8 | 0x51;
  private static final String REPLACEMENTS = "{}[]\",:\\0123456789.-etrufalsn \n\u0000\u00e9";

  /// What input may be refused with.
  private static final List<Integer> REFUSALS =
      List.of(
          0, Errno.EINVAL, Errno.ENOENT, Libc.E2BIG(), Errno.ENOTTY, Libc.ENODATA(), Errno.EPERM);

  @TempDir Path directory;

  /// Where input goes.
  private enum Way {
    QUERY,
    PACKED_QUERY,
    ATTRIBUTE,
    VECTOR_FILE,
    VECTOR_CONTENT,
    IMPORT,
    CONFIG,
    SAVED_QUERY
  }

  private static byte[] original(Way way, Random random) {
    return switch (way) {
      case QUERY, SAVED_QUERY ->
          (switch (random.nextInt(4)) {
                case 0 -> "{\"vector\":[[1,2.5],[3,4]],\"k\":5,\"with\":[\"vector\"]}";
                case 1 -> "{\"like\":\"a\",\"ef\":64,\"max_distance\":1.5e2,\"exact\":true}";
                case 2 ->
                    "{\"vector\":[1,2],\"filter\":{\"must\":[{\"key\":\"size\",\"range\":{\"gt\":0}},"
                        + "{\"key\":\"name\",\"match\":{\"glob\":\"[a-b]*\"}}]}}";
                default -> "1, 2.5";
              })
              .getBytes(UTF_8);
      case PACKED_QUERY -> packed();
      case ATTRIBUTE, VECTOR_CONTENT ->
          random.nextBoolean() ? "[[1, 2.5], [-3e2, 4]]".getBytes(UTF_8) : floats(1, 2, 3, 4);
      case VECTOR_FILE -> NpyFormat.encode(VectorMatrix.ofVector(1, 2), random.nextBoolean());
      case IMPORT ->
          "{\"path\":\"b\",\"vector\":[1,2]}\n{\"path\":\"d\",\"vector\":[3,4]}\n".getBytes(UTF_8);
      case CONFIG -> "{\"metric\":\"cosine\"}".getBytes(UTF_8);
    };
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  private static byte[] packed() {
    ByteBuffer query = ByteBuffer.allocate(PACKED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    query.put("VXQ1".getBytes(UTF_8)).putInt(0).putInt(3).putInt(0).putInt(0).putFloat(0);
    return query.putInt(2).putInt(0).putFloat(1).putFloat(2).array();
  }

  private static byte[] mutated(byte[] original, Random random) {
    if (original.length == 0 || random.nextInt(10) == 0) {
      return original;
    }
    ByteArrayOutputStream mutated = new ByteArrayOutputStream();
    int rate = 2 + random.nextInt(2 * original.length);
    for (byte b : original) {
      switch (random.nextInt(rate) == 0 ? random.nextInt(4) : 4) {
        case 0 -> mutated.write(random.nextInt(256));
        case 1 -> {}
        case 2 -> mutated.write(REPLACEMENTS.charAt(random.nextInt(REPLACEMENTS.length())));
        case 3 -> mutated.writeBytes(new byte[] {b, b});
        default -> mutated.write(b);
      }
    }
    return mutated.toByteArray();
  }

  /// One who uses the mount.
  private static final class User {
    private final SocketKernel kernel;

    User(SocketKernel kernel) {
      this.kernel = kernel;
    }

    private Answer ok(int opcode, long node, Payload payload) {
      Answer answer = kernel.call(opcode, node, payload);
      assertEquals(0, answer.errno(), () -> Errno.nameOf(answer.errno()));
      return answer;
    }

    private long find(String path) {
      long node = ROOT;
      for (String name : path.split("/", -1)) {
        node = ok(Opcode.LOOKUP, node, Payload.name(name)).u64(0);
      }
      return node;
    }

    /// Writes a file as programs do; the first error that comes.
    int write(long node, int flags, byte[] content) {
      Answer opened = kernel.call(Opcode.OPEN, node, Payload.open(flags));
      if (opened.errno() != 0) {
        return opened.errno();
      }
      long handle = opened.u64(0);
      int errno = 0;
      if (flags != Libc.O_RDONLY()) {
        errno = kernel.call(Opcode.WRITE, node, Payload.write(handle, 0, content)).errno();
      }
      if ((flags & Libc.O_WRONLY()) == 0 && errno == 0) {
        errno = kernel.call(Opcode.READ, node, Payload.read(handle, 0, 65_536)).errno();
      }
      int closed = kernel.call(Opcode.FLUSH, node, Payload.flush(handle, 1)).errno();
      ok(Opcode.RELEASE, node, Payload.release(handle));
      return errno != 0 ? errno : closed;
    }

    int control(long node, byte[] content) {
      long handle = ok(Opcode.OPEN, node, Payload.open(Libc.O_RDWR())).u64(0);
      int command = 3 << 30 | content.length << 16 | SEARCH;
      Payload call =
          Payload.of().u64(handle).u32(0, command).u64(0).u32(content.length, content.length);
      int errno = kernel.call(Opcode.IOCTL, node, call.raw(content)).errno();
      ok(Opcode.RELEASE, node, Payload.release(handle));
      return errno;
    }

    int give(Way way, byte[] content) {
      int writing = Libc.O_WRONLY() | Libc.O_TRUNC();
      return switch (way) {
        case QUERY -> write(find(".vexfs/search"), Libc.O_RDWR(), content);
        case PACKED_QUERY -> control(find(".vexfs/search"), content);
        case ATTRIBUTE ->
            kernel
                .call(Opcode.SETXATTR, find("b"), Payload.setxattr("user.vexfs.vector", content, 0))
                .errno();
        case VECTOR_FILE -> {
          // There is a file only where there is a vector.
          attach(this, "b", "user.vexfs.vector", floats(1, 2));
          yield write(find(".vexfs/vectors/b.npy"), writing, content);
        }
        case VECTOR_CONTENT -> write(find("c.vec"), writing, content);
        case IMPORT -> write(find(".vexfs/import"), Libc.O_WRONLY(), content);
        case CONFIG -> write(find(".vexfs/collections/other/config"), Libc.O_WRONLY(), content);
        case SAVED_QUERY -> {
          int errno = write(find(".vexfs/queries/q/query"), writing, content);
          yield errno != 0
              ? errno
              : write(find(".vexfs/queries/q/results.jsonl"), Libc.O_RDONLY(), new byte[0]);
        }
      };
    }

    String search() {
      long node = find(".vexfs/search");
      long handle = ok(Opcode.OPEN, node, Payload.open(Libc.O_RDWR())).u64(0);
      byte[] query =
          "{\"like\":\"a\",\"k\":1,\"collection\":\"fixed\",\"exact\":true}".getBytes(UTF_8);
      ok(Opcode.WRITE, node, Payload.write(handle, 0, query));
      byte[] answer = ok(Opcode.READ, node, Payload.read(handle, 0, 4096)).bytes();
      ok(Opcode.RELEASE, node, Payload.release(handle));
      return new String(answer, UTF_8).lines().findFirst().orElse("");
    }
  }

  @Test
  void inputWithBytesChanged_isTakenOrRefused_andSearchesGoOn() throws Exception {
    long seed = Fuzz.seed("ControlFuzzTest", System.nanoTime());
    Random random = new Random(seed);
    Map<Way, int[]> outcomes = new EnumMap<>(Way.class);
    for (Way way : Way.values()) {
      outcomes.put(way, new int[2]);
    }
    try (SocketMount mount = new SocketMount(directory)) {
      User user = new User(mount.kernel);
      for (String name : new String[] {"a", "b", "d", "c.vec"}) {
        Payload create = Payload.create(name, 0644, Libc.O_RDWR());
        Answer made = user.ok(Opcode.CREATE, ROOT, create);
        user.ok(Opcode.RELEASE, made.u64(0), Payload.release(made.u64(ENTRY_BYTES)));
      }
      attach(user, "a", "user.vexfs.vector.fixed", floats(1, 2));
      attach(user, "d", "user.vexfs.vector.fixed", floats(1, 3));
      attach(user, "a", "user.vexfs.vector", floats(1, 2));
      long collections = user.find(".vexfs/collections");
      user.ok(Opcode.MKDIR, collections, Payload.mkdir("other", 0755));
      long queries = user.find(".vexfs/queries");
      user.ok(Opcode.MKDIR, queries, Payload.mkdir("q", 0755));
      String before = user.search();
      assertTrue(before.contains("\"path\":\"d\""), before);

      int rounds = Fuzz.rounds(ROUNDS);
      for (int round = 0; round < rounds; round++) {
        Way way = Way.values()[random.nextInt(Way.values().length)];
        byte[] content = mutated(original(way, random), random);
        int errno = user.give(way, content);
        assertTrue(
            REFUSALS.contains(errno),
            () ->
                "seed %d: %s of '%s' gave %s"
                    .formatted(seed, way, new String(content, UTF_8), Errno.nameOf(errno)));
        outcomes.getOrDefault(way, new int[2])[errno == 0 ? 0 : 1]++;
      }

      assertEquals(before, user.search(), () -> "seed " + seed);
      assertEquals(0, mount.kernel.strays().size(), () -> "seed " + seed);
      outcomes.forEach((way, counts) ->
          assertTrue(
              counts[0] > 0 && counts[1] > 0,
              () ->
                  "seed %d: %s, %d taken, %d refused".formatted(seed, way, counts[0], counts[1])));
    }
  }

  private static void attach(User user, String file, String name, byte[] value) {
    user.ok(Opcode.SETXATTR, user.find(file), Payload.setxattr(name, value, 0));
  }
}
