package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.fuse.SocketKernel.Answer;

/// What a kernel may ask for, each operation at least once, and wherever vectors can have a part in
/// it with vectors. Left out are the interrupt, which takes a request that waits, and `TMPFILE`
/// where libfuse does not know it.
final class EveryOperation {
  private static final int ENTRY_BYTES = 128;
  private static final int DIRECTORY_ENTRY_HEADER = 24;
  private static final int TMPFILE = 51;
  private static final int QUERY_BYTES = 256;
  private static final byte[] VECTOR = "[1, 2]".getBytes(UTF_8);
  private static final byte[] QUERY = "{\"vector\":[1,2],\"k\":3}".getBytes(UTF_8);

  private final SocketKernel kernel;

  EveryOperation(SocketKernel kernel) {
    this.kernel = kernel;
  }

  private Answer ok(int opcode, long node, Payload payload) {
    Answer answer = kernel.call(opcode, node, payload);
    assertEquals(0, answer.errno(), () -> opcode + ": " + Errno.nameOf(answer.errno()));
    return answer;
  }

  private long find(String path) {
    long node = ROOT;
    for (String name : path.split("/", -1)) {
      node = ok(Opcode.LOOKUP, node, Payload.name(name)).u64(0);
    }
    return node;
  }

  private byte[] read(long node) {
    ok(Opcode.GETATTR, node, Payload.of().u32(0, 0).u64(0));
    long handle = ok(Opcode.OPEN, node, Payload.open(Libc.O_RDONLY())).u64(0);
    byte[] content = ok(Opcode.READ, node, Payload.read(handle, 0, 4096)).bytes();
    close(node, handle);
    return content;
  }

  private void write(long node, byte[] content) {
    long handle = ok(Opcode.OPEN, node, Payload.open(Libc.O_WRONLY() | Libc.O_TRUNC())).u64(0);
    ok(Opcode.WRITE, node, Payload.write(handle, 0, content));
    close(node, handle);
  }

  private void close(long node, long handle) {
    ok(Opcode.FLUSH, node, Payload.flush(handle, 1));
    ok(Opcode.RELEASE, node, Payload.release(handle));
  }

  /// Asks for everything once, and leaves the mount as it was.
  void run() {
    long directory = ok(Opcode.MKDIR, ROOT, Payload.mkdir("d", 0755)).u64(0);
    long file = ok(Opcode.MKNOD, directory, Payload.mknod("a", Libc.__S_IFREG() | 0644)).u64(0);
    long other = ok(Opcode.MKNOD, directory, Payload.mknod("b", Libc.__S_IFREG() | 0644)).u64(0);
    attributes(file);
    ok(Opcode.SETXATTR, other, Payload.setxattr("user.vexfs.vector", VECTOR, 0));
    vectorFiles(directory);
    searches();
    listings();
    ranges(file);
    locks(file);
    names(directory, file);
    ok(Opcode.STATFS, ROOT, Payload.of());
    ok(Opcode.ACCESS, ROOT, Payload.of().u32(Libc.R_OK(), 0));
    kernel.tell(Opcode.FORGET, other, Payload.of().u64(1));
    kernel.tell(Opcode.BATCH_FORGET, 0, Payload.of().u32(1, 0).u64(file, 1));
    ok(Opcode.GETATTR, ROOT, Payload.of().u32(0, 0).u64(0));
  }

  /// Asks for a file without a name; only where libfuse knows that.
  void makeNameless() {
    Answer made = ok(TMPFILE, ROOT, Payload.create("", 0644, Libc.O_RDWR()));
    close(made.u64(0), made.u64(ENTRY_BYTES));
  }

  private void attributes(long file) {
    ok(Opcode.SETATTR, file, Payload.setSize(5000));
    ok(Opcode.SETXATTR, file, Payload.setxattr("user.vexfs.vector", VECTOR, 0));
    ok(Opcode.GETXATTR, file, Payload.getxattr("user.vexfs.vector", 100));
    ok(Opcode.LISTXATTR, file, Payload.of().u32(1000, 0));
    ok(Opcode.SETXATTR, file, Payload.setxattr("user.vexfs.vector.b", VECTOR, 0));
    ok(Opcode.REMOVEXATTR, file, Payload.name("user.vexfs.vector.b"));
  }

  /// A file that is a vector, and the vectors of a file as a file.
  private void vectorFiles(long directory) {
    Answer created = ok(Opcode.CREATE, directory, Payload.create("c.vec", 0644, Libc.O_RDWR()));
    long node = created.u64(0);
    long handle = created.u64(ENTRY_BYTES);
    ok(Opcode.WRITE, node, Payload.write(handle, 0, VECTOR));
    ok(Opcode.FSYNC, node, Payload.fsync(handle, 0));
    close(node, handle);
    byte[] vector = read(find(".vexfs/vectors/d/c.vec.npy"));
    write(find(".vexfs/vectors/d/a.npy"), vector);
    ok(Opcode.UNLINK, directory, Payload.name("c.vec"));
  }

  private void searches() {
    read(find(".vexfs/near/d/a"));
    long node = find(".vexfs/search");
    long handle = ok(Opcode.OPEN, node, Payload.open(Libc.O_RDWR())).u64(0);
    ok(Opcode.WRITE, node, Payload.write(handle, 0, QUERY));
    ok(Opcode.READ, node, Payload.read(handle, 0, 4096));
    int command = 3 << 30 | QUERY_BYTES << 16 | 'V' << 8 | 0x51;
    ByteBuffer query = ByteBuffer.allocate(QUERY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    query.put("VXQ1".getBytes(ISO_8859_1)).putInt(0).putInt(3).putInt(0).putInt(0).putFloat(0);
    query.putInt(2).putInt(0).putFloat(1).putFloat(2);
    Payload call = Payload.of().u64(handle).u32(0, command).u64(0).u32(QUERY_BYTES, QUERY_BYTES);
    ok(Opcode.IOCTL, node, call.raw(query.array()));
    close(node, handle);
    long queries = find(".vexfs/queries");
    ok(Opcode.MKDIR, queries, Payload.mkdir("q", 0755));
    write(find(".vexfs/queries/q/query"), QUERY);
    read(find(".vexfs/queries/q/results.jsonl"));
    ok(Opcode.RMDIR, queries, Payload.name("q"));
  }

  /// A directory of hits, whose links are read, and a real one.
  private void listings() {
    long hits = find(".vexfs/links/d/a");
    long handle = ok(Opcode.OPENDIR, hits, Payload.open(0)).u64(0);
    byte[] plain = ok(Opcode.READDIR, hits, Payload.read(handle, 0, 4096)).bytes();
    ok(Opcode.READDIRPLUS, hits, Payload.read(handle, 0, 4096));
    ok(Opcode.RELEASEDIR, hits, Payload.release(handle));
    long link = ok(Opcode.LOOKUP, hits, Payload.name(lastName(plain))).u64(0);
    ok(Opcode.READLINK, link, Payload.of());
    long root = ok(Opcode.OPENDIR, ROOT, Payload.open(0)).u64(0);
    ok(Opcode.READDIR, ROOT, Payload.read(root, 0, 4096));
    ok(Opcode.READDIRPLUS, ROOT, Payload.read(root, 0, 4096));
    ok(Opcode.FSYNCDIR, ROOT, Payload.fsync(root, 0));
    ok(Opcode.RELEASEDIR, ROOT, Payload.release(root));
  }

  private static String lastName(byte[] listing) {
    ByteBuffer entries = ByteBuffer.wrap(listing).order(ByteOrder.nativeOrder());
    String last = "";
    for (int at = 0; at < entries.limit(); ) {
      byte[] name = new byte[entries.getInt(at + 16)];
      entries.get(at + DIRECTORY_ENTRY_HEADER, name);
      last = new String(name, ISO_8859_1);
      at += DIRECTORY_ENTRY_HEADER + (name.length + 7) / 8 * 8;
    }
    return last;
  }

  private void ranges(long file) {
    long handle = ok(Opcode.OPEN, file, Payload.open(Libc.O_RDWR())).u64(0);
    ok(Opcode.WRITE, file, Payload.write(handle, 0, VECTOR));
    ok(Opcode.LSEEK, file, Payload.lseek(handle, 0, Libc.SEEK_DATA()));
    ok(Opcode.FALLOCATE, file, Payload.fallocate(handle, 0, 0, 100));
    ok(Opcode.COPY_FILE_RANGE, file, Payload.copy(handle, 0, file, handle, 1000, 100));
    close(file, handle);
  }

  private void locks(long file) {
    long handle = ok(Opcode.OPEN, file, Payload.open(Libc.O_RDWR())).u64(0);
    ok(Opcode.GETLK, file, Payload.lock(handle, 1, 0, 9, Libc.F_WRLCK(), 0));
    ok(Opcode.SETLK, file, Payload.lock(handle, 1, 0, 9, Libc.F_WRLCK(), 0));
    ok(Opcode.SETLK, file, Payload.lock(handle, 1, 0, 9, Libc.F_UNLCK(), 0));
    ok(Opcode.SETLK, file, Payload.lock(handle, 1, 0, 9, Libc.F_WRLCK(), 1));
    close(file, handle);
  }

  private void names(long directory, long file) {
    ok(Opcode.SYMLINK, directory, Payload.of().text("s").text("a"));
    ok(Opcode.LINK, directory, Payload.of().u64(file).text("hard"));
    ok(Opcode.RENAME2, directory, Payload.rename2("a", directory, "moved", 0));
    for (String name : new String[] {"s", "hard", "moved", "b"}) {
      ok(Opcode.UNLINK, directory, Payload.name(name));
    }
    ok(Opcode.RMDIR, ROOT, Payload.name("d"));
  }
}
