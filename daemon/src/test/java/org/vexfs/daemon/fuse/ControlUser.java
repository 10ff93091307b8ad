package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.fuse.SocketKernel.Answer;
import org.vexfs.daemon.store.NpyFormat;

/// One who gives a mount vectors and queries through the files and attributes that take them.
final class ControlUser {
  private static final int ENTRY_BYTES = 128;
  private static final int PACKED_BYTES = 256;
  private static final int SEARCH = 'V' << 8 | 0x51;

  /// What input may be refused with; 0 where it was taken.
  static final List<Integer> REFUSALS =
      List.of(
          0, Errno.EINVAL, Errno.ENOENT, Libc.E2BIG(), Errno.ENOTTY, Libc.ENODATA(), Errno.EPERM);

  /// Where input goes.
  enum Way {
    QUERY,
    PACKED_QUERY,
    ATTRIBUTE,
    VECTOR_FILE,
    VECTOR_CONTENT,
    IMPORT,
    CONFIG,
    SAVED_QUERY
  }

  private final SocketKernel kernel;

  ControlUser(SocketKernel kernel) {
    this.kernel = kernel;
  }

  Answer ok(int opcode, long node, Payload payload) {
    Answer answer = kernel.call(opcode, node, payload);
    assertEquals(0, answer.errno(), () -> Errno.nameOf(answer.errno()));
    return answer;
  }

  long find(String path) {
    long node = ROOT;
    for (String name : path.split("/", -1)) {
      node = ok(Opcode.LOOKUP, node, Payload.name(name)).u64(0);
    }
    return node;
  }

  /// Writes a file as programs do; the first error that comes.
  private int write(long node, int flags, byte[] content) {
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

  private int control(long node, byte[] content) {
    long handle = ok(Opcode.OPEN, node, Payload.open(Libc.O_RDWR())).u64(0);
    int command = 3 << 30 | content.length << 16 | SEARCH;
    Payload call =
        Payload.of().u64(handle).u32(0, command).u64(0).u32(content.length, content.length);
    int errno = kernel.call(Opcode.IOCTL, node, call.raw(content)).errno();
    ok(Opcode.RELEASE, node, Payload.release(handle));
    return errno;
  }

  /// Hands over content; the first error that comes.
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
        attach("b", "user.vexfs.vector", floats(1, 2));
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

  /// The first line that a search whose answer never changes gets.
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

  /// Makes the files, vectors, collections and queries that the rest is about.
  void prepare() {
    for (String name : new String[] {"a", "b", "d", "c.vec"}) {
      Answer made = ok(Opcode.CREATE, ROOT, Payload.create(name, 0644, Libc.O_RDWR()));
      ok(Opcode.RELEASE, made.u64(0), Payload.release(made.u64(ENTRY_BYTES)));
    }
    attach("a", "user.vexfs.vector.fixed", floats(1, 2));
    attach("d", "user.vexfs.vector.fixed", floats(1, 3));
    attach("a", "user.vexfs.vector", floats(1, 2));
    ok(Opcode.MKDIR, find(".vexfs/collections"), Payload.mkdir("other", 0755));
    ok(Opcode.MKDIR, find(".vexfs/queries"), Payload.mkdir("q", 0755));
  }

  private void attach(String file, String name, byte[] value) {
    ok(Opcode.SETXATTR, find(file), Payload.setxattr(name, value, 0));
  }

  /// Contents that are taken.
  static List<byte[]> examples(Way way) {
    return switch (way) {
      case QUERY, SAVED_QUERY ->
          texts(
              "{\"vector\":[[1,2.5],[3,4]],\"k\":5,\"with\":[\"vector\"]}",
              "{\"like\":\"a\",\"ef\":64,\"max_distance\":1.5e2,\"exact\":true}",
              "{\"vector\":[1,2],\"filter\":{\"must\":[{\"key\":\"size\",\"range\":{\"gt\":0}},"
                  + "{\"key\":\"name\",\"match\":{\"glob\":\"[a-b]*\"}}]}}",
              "1, 2.5");
      case PACKED_QUERY -> List.of(packed());
      case ATTRIBUTE, VECTOR_CONTENT ->
          List.of("[[1, 2.5], [-3e2, 4]]".getBytes(UTF_8), floats(1, 2, 3, 4));
      case VECTOR_FILE ->
          List.of(
              NpyFormat.encode(VectorMatrix.ofVector(1, 2), true),
              NpyFormat.encode(VectorMatrix.ofVector(1, 2), false));
      case IMPORT ->
          texts("{\"path\":\"b\",\"vector\":[1,2]}\n{\"path\":\"d\",\"vector\":[3,4]}\n");
      case CONFIG -> texts("{\"metric\":\"cosine\"}");
    };
  }

  private static List<byte[]> texts(String... texts) {
    return Stream.of(texts).map(text -> text.getBytes(UTF_8)).toList();
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
}
