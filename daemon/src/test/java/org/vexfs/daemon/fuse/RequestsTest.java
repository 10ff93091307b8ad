package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.fuse.SocketKernel.Answer;

/// Every request that the daemon knows, as the kernel sends it: one answer each, with what SOURCE
/// holds. Each test ends by checking that nothing was answered twice.
final class RequestsTest {
  private static final int ENTRY_BYTES = 128;
  private static final int ATTRIBUTES_IN_ENTRY = 40;
  private static final int ATTRIBUTES_IN_GETATTR = 16;
  private static final int SIZE_IN_ATTRIBUTES = 8;
  private static final int MODE_IN_ATTRIBUTES = 60;
  private static final int LINKS_IN_ATTRIBUTES = 64;
  private static final Payload NOTHING = Payload.of();

  @TempDir Path directory;
  private SocketMount mount;
  private SocketKernel kernel;
  private Path source;

  @BeforeEach
  void open() throws Exception {
    mount = new SocketMount(directory);
    kernel = mount.kernel;
    source = directory.resolve("source");
  }

  @AfterEach
  void close() throws Exception {
    assertEquals(0, kernel.strays().size(), () -> "stray answers: " + kernel.strays());
    assertEquals(0, kernel.waitingCount());
    mount.close();
  }

  private Answer ok(int opcode, long node, Payload payload) {
    Answer answer = kernel.call(opcode, node, payload);
    assertEquals(0, answer.errno(), () -> Errno.nameOf(answer.errno()));
    return answer;
  }

  private void fails(int errno, int opcode, long node, Payload payload) {
    assertEquals(Errno.nameOf(errno), Errno.nameOf(kernel.call(opcode, node, payload).errno()));
  }

  private long lookup(long parent, String name) {
    return ok(Opcode.LOOKUP, parent, Payload.name(name)).u64(0);
  }

  private long open(long node, int flags) {
    return ok(Opcode.OPEN, node, Payload.open(flags)).u64(0);
  }

  @Test
  void init_protocol38_agreesOnTheLimits() {
    assertEquals(0, mount.greeting.errno());
    assertEquals(7, mount.greeting.u32(0));
    assertEquals(64, mount.greeting.body().getShort(16), "max_background");
    assertEquals(48, mount.greeting.body().getShort(18), "congestion_threshold");
    assertEquals(1 << 20, mount.greeting.u32(20), "max_write");
    assertEquals(256, mount.greeting.body().getShort(28), "max_pages");
    int flags = mount.greeting.u32(12);
    assertTrue((flags & 1 << 1) != 0, "locks of ranges");
    assertTrue((flags & 1 << 3) != 0, "O_TRUNC with open");
    assertTrue((flags & 1 << 10) != 0, "locks of files");
    assertTrue((flags & 1 << 13) != 0, "readdirplus");
  }

  @Test
  void lookup_file_givesNodeAttributesAndTimeouts() throws Exception {
    Files.writeString(source.resolve("a"), "hello");

    Answer entry = ok(Opcode.LOOKUP, ROOT, Payload.name("a"));

    assertEquals(ENTRY_BYTES, entry.body().remaining());
    assertEquals(2, entry.u64(0));
    assertEquals(1, entry.u64(16), "entry_valid");
    assertEquals(1, entry.u64(24), "attr_valid");
    assertEquals(5, entry.u64(ATTRIBUTES_IN_ENTRY + SIZE_IN_ATTRIBUTES));
    assertEquals(
        Files.getAttribute(source.resolve("a"), "unix:ino"), entry.u64(ATTRIBUTES_IN_ENTRY));
    assertEquals(
        Files.getAttribute(source.resolve("a"), "unix:mode"),
        entry.u32(ATTRIBUTES_IN_ENTRY + MODE_IN_ATTRIBUTES));
    assertEquals(2, lookup(ROOT, "a"), "the same file is the same node");
  }

  @Test
  void lookup_missing_isENOENT() {
    fails(Errno.ENOENT, Opcode.LOOKUP, ROOT, Payload.name("a"));
    fails(Errno.ESTALE, Opcode.LOOKUP, 99, Payload.name("a"));
    fails(Libc.ENOTDIR(), Opcode.LOOKUP, made("file"), Payload.name("a"));
  }

  private long made(String name) {
    return ok(Opcode.MKNOD, ROOT, Payload.mknod(name, Libc.__S_IFREG() | 0644)).u64(0);
  }

  /// The kernel resolves these itself; a daemon that passed them on would leave SOURCE.
  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "/", "../x", "a/b", "/etc"})
  void lookup_noNameOfAnEntry_isEIO(String name) {
    fails(Errno.EIO, Opcode.LOOKUP, ROOT, Payload.name(name));
    fails(Errno.EIO, Opcode.MKDIR, ROOT, Payload.mkdir(name, 0755));
    fails(Errno.EIO, Opcode.UNLINK, ROOT, Payload.name(name));
    fails(Errno.EIO, Opcode.RENAME2, ROOT, Payload.rename2(name, ROOT, "x", 0));
    fails(Errno.EIO, Opcode.RENAME2, ROOT, Payload.rename2("x", ROOT, name, 0));
  }

  @Test
  void getattr_root_isTheSourceItself() throws Exception {
    Answer attributes = ok(Opcode.GETATTR, ROOT, Payload.of().u32(0, 0).u64(0));

    assertEquals(104, attributes.body().remaining());
    assertEquals(Files.getAttribute(source, "unix:ino"), attributes.u64(ATTRIBUTES_IN_GETATTR));
    assertEquals(
        Files.getAttribute(source, "unix:mode"),
        attributes.u32(ATTRIBUTES_IN_GETATTR + MODE_IN_ATTRIBUTES));
  }

  @Test
  void setattr_sizeModeAndTimes_changeTheFile() throws Exception {
    long file = made("a");

    ok(Opcode.SETATTR, file, Payload.setSize(123));
    Answer changed = ok(Opcode.SETATTR, file, Payload.setMode(0600));
    ok(
        Opcode.SETATTR,
        file,
        Payload.of().u32(1 << 5, 0).u64(0, 0, 0, 0, 1_000_000, 0).u32(0, 5, 0, 0, 0, 0, 0, 0));

    assertEquals(123, changed.u64(ATTRIBUTES_IN_GETATTR + SIZE_IN_ATTRIBUTES));
    assertEquals(123, Files.size(source.resolve("a")));
    assertEquals(0600, (int) Files.getAttribute(source.resolve("a"), "unix:mode") & 07777);
    assertEquals(
        Instant.ofEpochSecond(1_000_000, 5),
        Files.getLastModifiedTime(source.resolve("a")).toInstant());
  }

  @Test
  void setattr_ownerAndModeAtOnce_keepsTheSetIdBits() throws Exception {
    long file = made("a");

    int modeAndOwner = 1 | 1 << 1;
    Payload change = Payload.of().u32(modeAndOwner, 0).u64(0, 0, 0, 0, 0, 0);
    ok(Opcode.SETATTR, file, change.u32(0, 0, 0, 04755, 0, Libc.geteuid(), 0, 0));

    assertEquals(04755, (int) Files.getAttribute(source.resolve("a"), "unix:mode") & 07777);
  }

  @Test
  void create_write_read_carryTheBytes() throws Exception {
    Answer created =
        ok(Opcode.CREATE, ROOT, Payload.create("a", 0640, Libc.O_RDWR() | Libc.O_CREAT()));
    assertEquals(ENTRY_BYTES + 16, created.body().remaining());
    long node = created.u64(0);
    long handle = created.u64(ENTRY_BYTES);
    byte[] data = "the quick brown fox".getBytes(UTF_8);

    assertEquals(data.length, ok(Opcode.WRITE, node, Payload.write(handle, 3, data)).u32(0));
    ok(Opcode.FLUSH, node, Payload.release(handle));
    ok(Opcode.FSYNC, node, Payload.fsync(handle, 1));
    Answer read = ok(Opcode.READ, node, Payload.read(handle, 7, 4096));
    Answer atEnd = ok(Opcode.READ, node, Payload.read(handle, 10_000, 4096));
    ok(Opcode.RELEASE, node, Payload.release(handle));

    assertEquals("quick brown fox", new String(read.bytes(), UTF_8));
    assertEquals(0, atEnd.body().remaining());
    assertEquals("\0\0\0the quick brown fox", Files.readString(source.resolve("a")));
    fails(Errno.EBADF, Opcode.READ, node, Payload.read(handle, 0, 10));
    assertEquals(0, mount.overlay.handleCount());
  }

  @Test
  void open_withODirect_leavesTheFileMappable() {
    long node = made("a");

    assertEquals(0, ok(Opcode.OPEN, node, Payload.open(Libc.O_RDONLY())).u32(8));
    assertEquals(0, ok(Opcode.OPEN, node, Payload.open(Libc.O_DIRECT())).u32(8));
  }

  @Test
  void read_whereAccessTimesAreKept_leavesThemAlone() throws Exception {
    Path file = Files.writeString(source.resolve("a"), "text");
    FileTime past = FileTime.from(Instant.ofEpochSecond(1_000_000));
    Files.setAttribute(file, "lastAccessTime", past);
    Files.setAttribute(source, "lastAccessTime", past);
    mount.overlay.keepAccessTimes();
    long node = lookup(ROOT, "a");

    ok(Opcode.READ, node, Payload.read(open(node, Libc.O_RDONLY()), 0, 4096));
    long listing = ok(Opcode.OPENDIR, ROOT, Payload.open(0)).u64(0);
    ok(Opcode.READDIR, ROOT, Payload.read(listing, 0, 4096));

    assertEquals(past, Files.getAttribute(file, "lastAccessTime"));
    assertEquals(past, Files.getAttribute(source, "lastAccessTime"));
  }

  @Test
  void read_largestReply_arrivesWhole() throws Exception {
    byte[] content = new byte[131_072];
    new Random(1).nextBytes(content);
    Files.write(source.resolve("a"), content);
    long node = lookup(ROOT, "a");
    long handle = open(node, Libc.O_RDONLY());

    assertArrayEquals(
        content, ok(Opcode.READ, node, Payload.read(handle, 0, content.length)).bytes());
    fails(Errno.EIO, Opcode.READ, node, Payload.read(handle, 0, (1 << 20) + 1));
  }

  @Test
  void names_madeMovedAndRemoved_followInTheSource() throws Exception {
    long dir = ok(Opcode.MKDIR, ROOT, Payload.mkdir("dir", 0755)).u64(0);
    long file = made("file");
    ok(Opcode.SYMLINK, ROOT, Payload.of().text("link").text("dir/target"));
    Answer linked = ok(Opcode.LINK, dir, Payload.of().u64(file).text("hard"));

    assertEquals(file, linked.u64(0));
    assertEquals(2, linked.u32(ATTRIBUTES_IN_ENTRY + LINKS_IN_ATTRIBUTES));
    assertEquals(
        "dir/target",
        new String(ok(Opcode.READLINK, lookup(ROOT, "link"), NOTHING).bytes(), ISO_8859_1));
    assertTrue(Files.isSymbolicLink(source.resolve("link")));

    ok(Opcode.RENAME, ROOT, Payload.of().u64(dir).text("file").text("moved"));
    ok(Opcode.RENAME2, dir, Payload.rename2("moved", ROOT, "back", 1));
    fails(Libc.EEXIST(), Opcode.RENAME2, ROOT, Payload.rename2("back", ROOT, "link", 1));
    ok(Opcode.RENAME2, ROOT, Payload.rename2("back", ROOT, "link", 2));
    assertTrue(Files.isSymbolicLink(source.resolve("back")));
    fails(Libc.ENOTEMPTY(), Opcode.RMDIR, ROOT, Payload.name("dir"));
    ok(Opcode.UNLINK, dir, Payload.name("hard"));
    ok(Opcode.UNLINK, ROOT, Payload.name("link"));
    ok(Opcode.UNLINK, ROOT, Payload.name("back"));
    ok(Opcode.RMDIR, ROOT, Payload.name("dir"));

    try (var left = Files.list(source)) {
      assertEquals(0, left.count());
    }
    assertFalse(Files.exists(source.resolve("link"), LinkOption.NOFOLLOW_LINKS));
  }

  /// Of files that were moved behind the mount, with a kernel that does not know it yet.
  @Test
  void namesThatAreNoLongerApart_areTheHostsToRefuse() throws Exception {
    long file = made("file");
    ok(Opcode.SETXATTR, file, Payload.setxattr("user.vexfs.vector", "[1]".getBytes(UTF_8), 0));
    long dir = ok(Opcode.MKDIR, ROOT, Payload.mkdir("dir", 0755)).u64(0);
    ok(Opcode.LINK, dir, Payload.of().u64(file).text("other"));

    Files.move(source.resolve("file"), source.resolve("moved"));
    fails(Libc.EEXIST(), Opcode.LINK, ROOT, Payload.of().u64(file).text("moved"));
    fails(Errno.EINVAL, Opcode.RENAME2, ROOT, Payload.rename2("dir", dir, "within", 0));
  }

  @Test
  void controlName_madeOrRemoved_isEPERM() {
    fails(Errno.EPERM, Opcode.MKDIR, ROOT, Payload.mkdir(".vexfs", 0755));
    fails(Errno.EPERM, Opcode.RMDIR, ROOT, Payload.name(".vexfs"));
    fails(Errno.EPERM, Opcode.RENAME2, ROOT, Payload.rename2("a", ROOT, ".vexfs", 0));
  }

  @Test
  void readdir_smallReplies_listEveryNameOnce() throws Exception {
    for (int i = 0; i < 300; i++) {
      Files.writeString(source.resolve("file-%03d".formatted(i)), "");
    }
    Files.createDirectory(source.resolve(".vexfs"));
    long handle = ok(Opcode.OPENDIR, ROOT, Payload.open(0)).u64(0);

    Map<String, Integer> plain = list(Opcode.READDIR, 0, handle);
    Map<String, Integer> plus = list(Opcode.READDIRPLUS, ENTRY_BYTES, handle);
    ok(Opcode.FSYNCDIR, ROOT, Payload.fsync(handle, 0));
    ok(Opcode.RELEASEDIR, ROOT, Payload.release(handle));

    assertEquals(302, plain.size());
    assertEquals(plain, plus);
    assertTrue(plain.values().stream().allMatch(times -> times == 1));
    assertFalse(plain.containsKey(".vexfs"));
    assertEquals(301, mount.overlay.inodeCount());
  }

  /// The names in a directory, with how often each came, from replies of at most 1,000 bytes. An
  /// entry begins with `prefix` bytes of attributes.
  private Map<String, Integer> list(int opcode, int prefix, long handle) {
    Map<String, Integer> names = new TreeMap<>();
    long offset = 0;
    while (true) {
      ByteBuffer entries =
          ok(opcode, ROOT, Payload.read(handle, offset, 1000))
              .body()
              .order(ByteOrder.nativeOrder());
      if (entries.remaining() == 0) {
        return names;
      }
      assertTrue(entries.remaining() <= 1000);
      for (int at = 0; at < entries.limit(); ) {
        offset = entries.getLong(at + prefix + 8);
        byte[] name = new byte[entries.getInt(at + prefix + 16)];
        entries.get(at + prefix + 24, name);
        names.merge(new String(name, ISO_8859_1), 1, Integer::sum);
        at += prefix + 24 + (name.length + 7) / 8 * 8;
      }
    }
  }

  @Test
  void statfs_root_describesTheHost() throws Exception {
    Answer figures = ok(Opcode.STATFS, ROOT, NOTHING);

    assertEquals(80, figures.body().remaining());
    assertEquals(255, figures.u32(44), "namelen");
    long bytes = figures.u64(0) * figures.u32(48);
    assertEquals(Files.getFileStore(source).getTotalSpace(), bytes);
  }

  @Test
  void access_root_isGranted() {
    ok(Opcode.ACCESS, ROOT, Payload.of().u32(Libc.R_OK(), 0));
  }

  @Test
  void attributes_setGetListRemove_roundTrip() {
    long file = made("a");
    byte[] value = "tea".getBytes(UTF_8);

    ok(Opcode.SETXATTR, file, Payload.setxattr("user.drink", value, 0));
    ok(Opcode.SETXATTR, file, Payload.setxattr("user.empty", new byte[0], 0));

    assertEquals(3, ok(Opcode.GETXATTR, file, Payload.getxattr("user.drink", 0)).u32(0));
    assertArrayEquals(
        value, ok(Opcode.GETXATTR, file, Payload.getxattr("user.drink", 100)).bytes());
    fails(Libc.ERANGE(), Opcode.GETXATTR, file, Payload.getxattr("user.drink", 2));
    assertEquals(0, ok(Opcode.GETXATTR, file, Payload.getxattr("user.empty", 9)).bytes().length);
    String names = new String(ok(Opcode.LISTXATTR, file, Payload.of().u32(1000, 0)).bytes(), UTF_8);
    assertTrue(names.contains("user.drink\0"), names);
    ok(Opcode.REMOVEXATTR, file, Payload.name("user.drink"));
    fails(Libc.ENODATA(), Opcode.GETXATTR, file, Payload.getxattr("user.drink", 100));
  }

  @Test
  void vectorAttribute_setAsText_readsBackAsFloats() {
    long file = made("a");

    ok(Opcode.SETXATTR, file, Payload.setxattr("user.vexfs.vector", "[1, 2.5]".getBytes(UTF_8), 0));

    ByteBuffer floats =
        ByteBuffer.wrap(
                ok(Opcode.GETXATTR, file, Payload.getxattr("user.vexfs.vector", 100)).bytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(8, floats.remaining());
    assertEquals(1f, floats.getFloat(0));
    assertEquals(2.5f, floats.getFloat(4));
    fails(
        Errno.EINVAL,
        Opcode.SETXATTR,
        file,
        Payload.setxattr("user.vexfs.vector", "[1]".getBytes(UTF_8), 0));
  }

  @Test
  void statedSize_beyondTheMessage_isEIO() {
    long file = made("a");
    long handle = open(file, Libc.O_RDWR());

    fails(
        Errno.EIO,
        Opcode.SETXATTR,
        file,
        Payload.of().u32(Integer.MAX_VALUE, 0).text("user.a").raw(new byte[4]));
    fails(
        Errno.EIO,
        Opcode.WRITE,
        file,
        Payload.of().u64(handle, 0).u32(1 << 20, 0).u64(0).u32(0, 0).raw(new byte[4]));
    fails(Errno.EIO, Opcode.LOOKUP, ROOT, Payload.of().raw("no NUL".getBytes(UTF_8)));
    kernel.tell(Opcode.BATCH_FORGET, 0, Payload.of().u32(Integer.MAX_VALUE, 0).u64(file, 1));
    ok(Opcode.GETATTR, file, Payload.of().u32(0, 0).u64(0));
  }

  @Test
  void ioctl_isENOTTY() {
    long noHandle = 0;
    int terminalAttributes = 0x5401;
    fails(
        Errno.ENOTTY,
        Opcode.IOCTL,
        ROOT,
        Payload.of().u64(noHandle).u32(0, terminalAttributes).u64(0).u32(0, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 19, 37, 40, 50, 200, 4095, 1 << 30})
  void unknownOpcode_isENOSYS(int opcode) {
    fails(Errno.ENOSYS, opcode, ROOT, Payload.of().u64(new long[16]));
  }

  @Test
  void destroy_isAnswered_andEndsNothingBeforeTheHangUp() {
    ok(Opcode.DESTROY, 0, NOTHING);
  }
}
