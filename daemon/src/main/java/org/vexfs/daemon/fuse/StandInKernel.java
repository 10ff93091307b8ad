package org.vexfs.daemon.fuse;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.vexfs.bindings.NativeCalls;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.NodeId;

/// The kernel's part of a session over one end of a socket pair, for a rehearsal: it asks what
/// programs that use a mount ask, one request after the other, in the protocol of `linux/fuse.h`,
/// and needs neither `/dev/fuse` nor privileges.
public final class StandInKernel implements AutoCloseable {
  private static final int LOOKUP = 1;
  private static final int FORGET = 2;
  private static final int GETATTR = 3;
  private static final int UNLINK = 10;
  private static final int OPEN = 14;
  private static final int READ = 15;
  private static final int WRITE = 16;
  private static final int STATFS = 17;
  private static final int RELEASE = 18;
  private static final int SETXATTR = 21;
  private static final int GETXATTR = 22;
  private static final int LISTXATTR = 23;
  private static final int FLUSH = 25;
  private static final int INIT = 26;
  private static final int OPENDIR = 27;
  private static final int RELEASEDIR = 29;
  private static final int CREATE = 35;
  private static final int READDIRPLUS = 44;

  private static final int PROTOCOL_MAJOR = 7;
  private static final int PROTOCOL_MINOR = 38;
  private static final int READAHEAD_BYTES = 131_072;

  /// Asynchronous reads, O_TRUNC with open, large writes, automatic invalidation, readdirplus,
  /// parallel operations on directories, max_pages.
  private static final int FEATURES = 1 | 1 << 3 | 1 << 5 | 1 << 12 | 1 << 13 | 1 << 18 | 1 << 22;

  private static final int IN_HEADER_BYTES = 40;
  private static final int OUT_HEADER_BYTES = 16;
  private static final int MAX_MESSAGE_BYTES = 1 << 21;
  private static final int READ_BYTES = 4096;
  private static final int ENTRY_BYTES = 128;
  private static final int SHUT_RDWR = 2;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
  private final MemorySegment message = arena.allocate(MAX_MESSAGE_BYTES, 8);
  private final int descriptor;
  private final int daemonDescriptor;
  private long lastUnique;

  /// Opens the socket pair.
  public StandInKernel() {
    MemorySegment pair = arena.allocate(JAVA_INT, 2);
    int type = Libc.SOCK_SEQPACKET() | Libc.SOCK_CLOEXEC();
    require(call("socketpair", Libc.AF_UNIX(), type, 0, pair.address()) == 0, "socketpair");
    descriptor = pair.getAtIndex(JAVA_INT, 0);
    daemonDescriptor = pair.getAtIndex(JAVA_INT, 1);
  }

  /// What the daemon is to mount at; its end of the pair is closed with the session.
  public String mountpoint() {
    return "/dev/fd/" + daemonDescriptor;
  }

  /// The handshake that begins a session.
  public void begin() {
    ByteBuffer _ =
        ask(
            INIT,
            0,
            body ->
                body.putInt(PROTOCOL_MAJOR)
                    .putInt(PROTOCOL_MINOR)
                    .putInt(READAHEAD_BYTES)
                    .putInt(FEATURES)
                    .put(new byte[48]));
  }

  /// Asks for the root's attributes and the file system's figures, as every mount is asked first.
  public void lookAround() {
    ByteBuffer _ = ask(GETATTR, NodeId.ROOT.value(), body -> body.putLong(0).putLong(0));
    ByteBuffer _ = ask(STATFS, NodeId.ROOT.value(), body -> {});
  }

  /// Makes a file and writes `content`, in the daemon's working order of a program's calls.
  public void create(String name, byte[] content) {
    ByteBuffer made =
        ask(
            CREATE,
            NodeId.ROOT.value(),
            body ->
                body.putInt(Libc.O_RDWR() | Libc.O_CREAT())
                    .putInt(0644)
                    .putInt(0)
                    .putInt(0)
                    .put(text(name)));
    long node = made.getLong(0);
    long handle = made.getLong(ENTRY_BYTES);
    write(node, handle, content);
    release(node, handle);
  }

  /// Looks a path up, name by name; its node.
  public long find(String path) {
    long node = NodeId.ROOT.value();
    for (String name : path.split("/", -1)) {
      node = ask(LOOKUP, node, body -> body.put(text(name))).getLong(0);
    }
    return node;
  }

  /// What a program does that reads a file.
  public byte[] read(String path) {
    long node = find(path);
    ByteBuffer _ = ask(GETATTR, node, body -> body.putLong(0).putLong(0));
    long handle = open(node, Libc.O_RDONLY());
    byte[] content = read(node, handle);
    release(node, handle);
    forget(node);
    return content;
  }

  /// Writes a file that there is.
  public void write(String path, byte[] content) {
    long node = find(path);
    long handle = open(node, Libc.O_WRONLY() | Libc.O_TRUNC());
    write(node, handle, content);
    release(node, handle);
    forget(node);
  }

  /// Writes a query to a search file and reads its answer.
  public byte[] search(String path, byte[] query) {
    long node = find(path);
    long handle = open(node, Libc.O_RDWR());
    write(node, handle, query);
    byte[] answer = read(node, handle);
    release(node, handle);
    forget(node);
    return answer;
  }

  /// Sets an extended attribute, lists their names and reads it back.
  public void attach(String path, String name, byte[] value) {
    long node = find(path);
    ByteBuffer _ =
        ask(SETXATTR, node, body -> body.putInt(value.length).putInt(0).put(text(name)).put(value));
    ByteBuffer _ = ask(LISTXATTR, node, body -> body.putInt(READ_BYTES).putInt(0));
    ByteBuffer _ = ask(GETXATTR, node, body -> body.putInt(READ_BYTES).putInt(0).put(text(name)));
    forget(node);
  }

  /// Lists the root with attributes.
  public void list() {
    long root = NodeId.ROOT.value();
    long handle = ask(OPENDIR, root, body -> body.putInt(0).putInt(0)).getLong(0);
    ByteBuffer _ = ask(READDIRPLUS, root, body -> reading(body, handle));
    ByteBuffer _ = ask(RELEASEDIR, root, body -> releasing(body, handle));
  }

  /// Removes a name.
  public void unlink(String name) {
    ByteBuffer _ = ask(UNLINK, NodeId.ROOT.value(), body -> body.put(text(name)));
  }

  /// Ends the session, as an unmount does.
  public void hangUp() {
    long _ = call("shutdown", descriptor, SHUT_RDWR, 0, 0);
  }

  @Override
  public void close() {
    long _ = call("close", descriptor, 0, 0, 0);
    arena.close();
  }

  private long open(long node, int flags) {
    return ask(OPEN, node, body -> body.putInt(flags).putInt(0)).getLong(0);
  }

  private byte[] read(long node, long handle) {
    ByteBuffer answer = ask(READ, node, body -> reading(body, handle));
    byte[] content = new byte[answer.remaining()];
    answer.get(content);
    return content;
  }

  private void write(long node, long handle, byte[] content) {
    ByteBuffer _ =
        ask(
            WRITE,
            node,
            body ->
                body.putLong(handle)
                    .putLong(0)
                    .putInt(content.length)
                    .putInt(0)
                    .putLong(0)
                    .putInt(Libc.O_RDWR())
                    .putInt(0)
                    .put(content));
    ByteBuffer _ = ask(FLUSH, node, body -> releasing(body, handle));
  }

  private void release(long node, long handle) {
    ByteBuffer _ = ask(RELEASE, node, body -> releasing(body, handle));
  }

  private void forget(long node) {
    send(FORGET, node, body -> body.putLong(1));
  }

  private static void reading(ByteBuffer body, long handle) {
    body.putLong(handle).putLong(0).putInt(READ_BYTES).putInt(0).putLong(0).putLong(0);
  }

  private static void releasing(ByteBuffer body, long handle) {
    body.putLong(handle).putLong(0).putLong(0);
  }

  private static byte[] text(String text) {
    return (text + '\0').getBytes(UTF_8);
  }

  /// Sends a request and gives the body of its answer, which counts until the next.
  private ByteBuffer ask(int opcode, long node, Consumer<ByteBuffer> arguments) {
    send(opcode, node, arguments);
    long length = call("read", descriptor, message.address(), MAX_MESSAGE_BYTES, 0);
    require(length >= OUT_HEADER_BYTES, "no answer to request " + opcode);
    ByteBuffer answer = message.asByteBuffer().order(ByteOrder.nativeOrder());
    int errno = -answer.getInt(4);
    require(errno == 0, "request " + opcode + " failed with errno " + errno);
    return answer
        .slice(OUT_HEADER_BYTES, (int) length - OUT_HEADER_BYTES)
        .order(ByteOrder.nativeOrder());
  }

  private void send(int opcode, long node, Consumer<ByteBuffer> arguments) {
    ByteBuffer request = message.asByteBuffer().order(ByteOrder.nativeOrder());
    request.position(IN_HEADER_BYTES);
    arguments.accept(request);
    int length = request.position();
    lastUnique += 2;
    request.putInt(0, length).putInt(4, opcode).putLong(8, lastUnique).putLong(16, node);
    request.putInt(24, (int) call("geteuid", 0, 0, 0, 0));
    request.putInt(28, (int) call("getegid", 0, 0, 0, 0));
    request.putInt(32, (int) ProcessHandle.current().pid()).putInt(36, 0);
    require(
        call("write", descriptor, message.address(), length, 0) == length,
        "the session took no request " + opcode);
  }

  private long call(String function, long a, long b, long c, long d) {
    return NativeCalls.call(NativeCalls.function(function), state, a, b, c, d, 0, 0);
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
