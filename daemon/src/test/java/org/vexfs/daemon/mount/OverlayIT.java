package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/// What POSIX says of files, through the mount. Where the host decides, the same is done to a plain
/// directory beside it, and must come to the same.
@Timeout(60)
final class OverlayIT {
  private static final int GROUP = 4711;

  private static NativeMount mount;
  private Path directory;
  private Path plain;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("-o", "allow_other");
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @BeforeEach
  void makeDirectories(TestInfo test) throws IOException {
    String name = test.getTestMethod().orElseThrow().getName();
    directory = mount.directory(name);
    plain = mount.beside("plain/" + name);
  }

  @Test
  void objects_madeByAnotherUser_belongToThatUser() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Command.script(
            "cd \"$1\"; umask 027; echo text > file; mkdir folder; ln -s file link; mkfifo pipe",
            directory)
        .asNobody()
        .output();

    String list = "cd \"$1\"; stat -c '%n %u:%g %a' file folder pipe; stat -c '%n %u:%g' link";
    String expected =
        """
        file 65534:65534 640
        folder 65534:65534 750
        pipe 65534:65534 640
        link 65534:65534
        """;
    assertEquals(expected, Command.script(list, directory).output());
    assertEquals(expected, Command.script(list, inSource()).output());
  }

  @Test
  void files_closedToOthers_areClosedToThem() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "for root");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.writeString(folder.resolve("inner"), "for root");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));

    for (Path closed : new Path[] {secret, folder.resolve("inner")}) {
      String refused = Command.of("cat", closed).asNobody().failure();
      assertTrue(refused.contains("Permission denied"), refused);
    }
    String refused = Command.of("touch", directory.resolve("new")).asNobody().failure();
    assertTrue(refused.contains("Permission denied"), refused);
  }

  @Test
  void directory_withSetgid_passesItsGroupOn() throws IOException {
    Files.setAttribute(directory, "unix:gid", GROUP);
    Files.setAttribute(directory, "unix:mode", 02777);
    Command.script("cd \"$1\"; umask 0; echo text > file; mkdir folder", directory)
        .asNobody()
        .output();

    assertEquals(
        "file 65534:4711 666\nfolder 65534:4711 2777\n",
        Command.script("cd \"$1\"; stat -c '%n %u:%g %a' file folder", directory).output());
  }

  @Test
  void modes_areThoseAskedFor_lessTheUmask() {
    String script =
        """
        cd "$1"
        for mask in 000 022 077; do
          umask $mask; echo text > file$mask; mkdir folder$mask; mkfifo -m 0624 pipe$mask
        done
        echo text > program; chmod 6755 program
        stat -c '%n %A' *
        """;
    assertSameOutput(script);
  }

  @Test
  void setIdBits_areLostWhereSomebodyElseWrites() {
    assertSameOutput(
        """
        cd "$1"; chmod 777 .
        umask 0; echo text > program; chown 65534:65534 program; chmod 6777 program
        setpriv --reuid=65534 --regid=65534 --clear-groups sh -c 'echo more >> program'
        stat -c '%n %A' program
        """);
  }

  @Test
  void times_keepNanoseconds() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");
    FileTime time = FileTime.from(Instant.parse("2001-02-03T04:05:06.123456789Z"));

    Files.setLastModifiedTime(file, time);

    assertEquals(time, Files.getLastModifiedTime(file));
    assertEquals(time, Files.getLastModifiedTime(inSource().resolve("file")));
    Files.writeString(file, "later");
    assertTrue(Files.getLastModifiedTime(file).compareTo(time) > 0);
  }

  @Test
  void hardLinks_areOneFile() throws IOException {
    Path first = Files.writeString(directory.resolve("first"), "text");
    Path second = Files.createLink(directory.resolve("second"), first);

    Files.writeString(second, "changed");

    assertEquals("changed", Files.readString(first));
    assertEquals(Files.getAttribute(first, "unix:ino"), Files.getAttribute(second, "unix:ino"));
    assertEquals(2, Files.getAttribute(first, "unix:nlink"));
    Files.delete(first);
    assertEquals(1, Files.getAttribute(second, "unix:nlink"));
    assertEquals("changed", Files.readString(second));
  }

  @Test
  void symbolicLinks_keepTheirTarget() throws IOException {
    String target = "x".repeat(200) + "/" + "y".repeat(200);
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of(target));

    assertEquals(target, Files.readSymbolicLink(link).toString());
    assertFalse(Files.exists(link));
    assertTrue(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
    assertEquals(
        (long) target.length(), Files.getAttribute(link, "size", LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void rename_overAnotherFile_replacesIt() throws IOException {
    Path old = Files.writeString(directory.resolve("old"), "old");
    Path replacement = Files.writeString(directory.resolve("new"), "new");
    try (FileChannel open = FileChannel.open(old, StandardOpenOption.READ)) {
      Files.move(replacement, old, StandardCopyOption.ATOMIC_MOVE);

      assertEquals("new", Files.readString(old));
      assertFalse(Files.exists(replacement));
      assertEquals("old", read(open, 0, 10));
    }
  }

  @Test
  void file_unlinkedWhileOpen_isReadAndWrittenOn() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "before");
    try (FileChannel open =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Files.delete(file);

      assertEquals(6, open.write(bytes(" after"), 6));
      open.force(true);
      assertEquals("before after", read(open, 0, 100));
      assertEquals(12, open.size());
      open.truncate(3);
      assertEquals("bef", read(open, 0, 100));
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void truncate_shrinksAndGrowsWithZeros() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "0123456789");
    Command.of("truncate", "--size=4", file).output();
    assertEquals("0123", Files.readString(file));
    Command.of("truncate", "--size=6", file).output();
    assertArrayEquals(new byte[] {'0', '1', '2', '3', 0, 0}, Files.readAllBytes(file));
    Files.writeString(file, "x");
    assertEquals("x", Files.readString(inSource().resolve("file")));
  }

  @Test
  void appends_ofTwoHandles_allArrive() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    StringBuilder expected = new StringBuilder();
    try (FileChannel one = FileChannel.open(file, StandardOpenOption.APPEND);
        FileChannel other = FileChannel.open(file, StandardOpenOption.APPEND)) {
      for (int i = 0; i < 100; i++) {
        String line = "line " + i + "\n";
        assertEquals(line.length(), (i % 2 == 0 ? one : other).write(bytes(line)));
        expected.append(line);
      }
    }
    assertEquals(expected.toString(), Files.readString(file));
  }

  @Test
  void sparseFile_takesNoRoom() throws IOException {
    Path file = directory.resolve("file");
    long end = 1L << 33;
    try (FileChannel open =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      assertEquals(3, open.write(bytes("end"), end));
    }
    assertEquals(end + 3, Files.size(file));
    long blocks = Long.parseLong(Command.of("stat", "-c", "%b", file).output().strip());
    assertTrue(blocks < 1000, blocks + " blocks");
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
      assertEquals("\0\0end", read(open, end - 2, 10));
    }
  }

  @Test
  void pipesAndDevices_areMade() {
    Command.script(
            """
            cd "$1"
            mkfifo pipe; (echo through > pipe &); test "$(cat pipe)" = through
            mknod null c 1 3; mknod disk b 7 0
            test "$(stat -c '%F %t:%T' null)" = 'character special file 1:3'
            test "$(stat -c '%F %t:%T' disk)" = 'block special file 7:0'
            """,
            directory)
        .output();
  }

  @Test
  void mappedFile_isSharedWithReadersAndWriters() {
    assertSameOutput(
        """
        /usr/bin/python3 - "$1/file" <<'PYTHON'
        import mmap, os, sys
        with open(sys.argv[1], "w+b") as file:
            file.truncate(100_000)
            with mmap.mmap(file.fileno(), 0) as memory:
                memory[70_000:70_005] = b"hello"
                memory.flush()
                os.pwrite(file.fileno(), b"there", 5)
                print(memory[5:10], os.pread(file.fileno(), 7, 69_999))
        PYTHON
        cksum < "$1/file"
        """);
  }

  @Test
  void directory_of5000Entries_isListedWholeAndStable() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (int i = 0; i < 5_000; i++) {
      String name = "entry-%04d-with-a-name-of-some-length".formatted(i);
      Files.createFile(directory.resolve(name));
      names.add(name);
    }
    assertEquals(names, list());
    assertEquals(names, list());
    assertEquals(
        Command.of("ls", "-f", inSource()).output().lines().sorted().toList(),
        Command.of("ls", "-f", directory).output().lines().sorted().toList());
    // Removing what was listed must not make the listing skip or repeat.
    Command.of("rm", "--recursive", directory).output();
    assertFalse(Files.exists(directory));
  }

  @Test
  void statfs_isThatOfTheSource() {
    String[] figures = {"stat", "-f", "-c", "%S %b %c %l"};
    assertEquals(
        Command.of(figures[0], figures[1], figures[2], figures[3], mount.source()).output(),
        Command.of(figures[0], figures[1], figures[2], figures[3], directory).output());
  }

  @Test
  void names_ofAnyBytes_areKept() {
    assertSameOutput(
        """
        /usr/bin/python3 - "$1" <<'PYTHON'
        import os, sys
        os.chdir(os.fsencode(sys.argv[1]))
        names = [b"\\xff\\xfe", b"new\\nline", b" ", b"\\\\", b"-rf", "fä".encode(), b"\\x01", b"x" * 255,
                 b"a (deleted)", b"...", "\\U0001f600".encode()]
        for name in names:
            with open(name, "wb") as file:
                file.write(name)
            os.setxattr(name, "user.note", name)
            os.rename(name, name[:250] + b"~")
        for name in sorted(os.listdir(b".")):
            with open(name, "rb") as file:
                print(name, file.read(), os.getxattr(name, "user.note"), os.stat(name).st_size)
        PYTHON
        """);
  }

  @Test
  void attributes_behaveAsOnTheHost() {
    assertSameOutput(
        """
        /usr/bin/python3 - "$1" <<'PYTHON'
        import ctypes, errno, os, sys
        os.chdir(sys.argv[1])
        libc = ctypes.CDLL(None, use_errno=True)
        def attempt(call, *arguments):
            try:
                print(call.__name__, arguments[1:], "->", call(*arguments))
            except OSError as failure:
                print(call.__name__, arguments[1:], "->", errno.errorcode[failure.errno])
        open("file", "w").close()
        for name, value, flags in (("user.a", b"one", 0), ("user.a", b"two", os.XATTR_CREATE),
                ("user.b", b"x", os.XATTR_REPLACE), ("user.b", b"", 0), ("user.c", b"v" * 2000, 0),
                ("user." + "n" * 250, b"v", 0), ("user." + "n" * 251, b"v", 0), ("nonsense", b"v", 0),
                ("user.d", b"\\0\\xff\\0", 0), ("trusted.t", b"t", 0)):
            attempt(os.setxattr, "file", name, value, flags)
        print(sorted(os.listxattr("file")))
        for name in ("user.a", "user.b", "user.c", "user.d", "user.none", "trusted.t"):
            attempt(os.getxattr, "file", name)
        buffer = ctypes.create_string_buffer(10)
        for size in (0, 1, 3, 10):
            length = libc.getxattr(b"file", b"user.a", buffer, size)
            print(size, length, errno.errorcode.get(ctypes.get_errno()) if length < 0 else "")
        length = libc.listxattr(b"file", buffer, 3)
        print(length, errno.errorcode.get(ctypes.get_errno()))
        attempt(os.removexattr, "file", "user.a")
        attempt(os.removexattr, "file", "user.a")
        os.mkdir("folder"); os.setxattr("folder", "user.a", b"folder"); attempt(os.getxattr, "folder", "user.a")
        PYTHON
        """);
  }

  @Test
  void mistakes_getTheErrorsOfTheHost() {
    assertSameOutput(
        """
        /usr/bin/python3 - "$1" <<'PYTHON'
        import errno, os, sys
        os.chdir(sys.argv[1])
        open("file", "w").close(); os.mkdir("empty"); os.makedirs("full/inner"); os.symlink("loop", "loop")
        def attempt(call, *arguments):
            try:
                call(*arguments)
                print(call.__name__, arguments, "succeeded")
            except OSError as failure:
                print(call.__name__, arguments, errno.errorcode[failure.errno])
        attempt(os.stat, "none"); attempt(os.stat, "file/inner"); attempt(os.stat, "loop")
        attempt(os.stat, "n" * 256); attempt(os.mkdir, "file"); attempt(os.mkdir, "none/inner")
        attempt(os.rmdir, "full"); attempt(os.rmdir, "file"); attempt(os.unlink, "empty")
        attempt(os.open, "empty", os.O_WRONLY); attempt(os.open, "file", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        attempt(os.open, "file", os.O_DIRECTORY); attempt(os.open, "loop", os.O_RDONLY | os.O_NOFOLLOW)
        attempt(os.rename, "full", "full/inner/deeper"); attempt(os.rename, "file", "empty")
        attempt(os.rename, "empty", "file"); attempt(os.rename, "empty", "full"); attempt(os.rename, "none", "x")
        attempt(os.link, "empty", "link"); attempt(os.link, "file", "empty"); attempt(os.symlink, "t", "file")
        attempt(os.readlink, "file"); attempt(os.truncate, "empty", 0); attempt(os.truncate, "file", -1)
        PYTHON
        """);
  }

  /// Where the kernel itself refuses what is asked of a directory that exists, it does so first.
  @Test
  void controlDirectory_isNeitherListedNorMadeNorMovedNorRemoved() throws IOException {
    String outcome =
        Command.python(
                """
                import errno, os, sys
                os.chdir(sys.argv[1])
                open("file", "w").close(); os.mkdir("folder")
                def attempt(call, *arguments):
                    try:
                        call(*arguments)
                        print(call.__name__, "succeeded")
                    except OSError as failure:
                        print(call.__name__, errno.errorcode[failure.errno])
                attempt(os.rmdir, ".vexfs"); attempt(os.rename, ".vexfs", "other")
                attempt(os.rename, "folder", ".vexfs"); attempt(os.rename, "file", ".vexfs")
                attempt(os.unlink, ".vexfs"); attempt(os.mkdir, ".vexfs"); attempt(os.symlink, "file", ".vexfs")
                attempt(os.link, "file", ".vexfs"); attempt(os.mknod, ".vexfs")
                """,
                directory)
            .output();

    assertEquals(
        """
        rmdir EPERM
        rename EPERM
        rename EPERM
        rename EISDIR
        unlink EISDIR
        mkdir EEXIST
        symlink EEXIST
        link EEXIST
        mknod EEXIST
        """,
        outcome);
    assertTrue(Files.isDirectory(directory.resolve(".vexfs")));
    assertEquals(new TreeSet<>(Set.of("file", "folder")), list());
  }

  @Test
  void changes_inTheSource_areSeenThroughTheMount() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "before");
    Files.writeString(inSource().resolve("file"), "and after");
    Files.writeString(inSource().resolve("other"), "new");

    assertEquals("new", Files.readString(directory.resolve("other")));
    // Names and attributes are kept for a second.
    Deadline.await(
        Duration.ofSeconds(10),
        () -> Files.readString(file).equals("and after"),
        () -> "the old content is still seen");
  }

  @Test
  void inodeNumbers_areThoseOfTheSource() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");
    assertEquals(
        Files.getAttribute(inSource().resolve("file"), "unix:ino"),
        Files.getAttribute(file, "unix:ino"));
    assertNotEquals(
        Files.getAttribute(inSource().resolve("file"), "unix:dev"),
        Files.getAttribute(file, "unix:dev"));
  }

  /// Runs the script on this test's directory in the mount and on a plain one.
  private void assertSameOutput(String script) {
    String expected = Command.script(script, plain).output();
    assertEquals(expected, Command.script(script, directory).output());
    assertFalse(expected.isBlank());
  }

  private Path inSource() {
    return mount.source().resolve(mount.mountPoint().relativize(directory));
  }

  private Set<String> list() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      TreeSet<String> names = new TreeSet<>();
      entries.forEach(
          entry -> assertTrue(names.add(entry.getFileName().toString()), "twice: " + entry));
      return names;
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String read(FileChannel channel, long position, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    int count = channel.read(buffer, position);
    return new String(buffer.array(), 0, Math.max(0, count), StandardCharsets.UTF_8);
  }
}
