package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vexfs.bindings.FuseLibrary;

/// [PosixBehaviour] over a mount of this host, and what only such a mount can show.
final class PosixIT extends PosixBehaviour {
  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("-o", "allow_other");
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @Override
  protected Path mounted() {
    return mount.mountPoint();
  }

  @Override
  protected Path plain() throws IOException {
    return mount.beside("plain");
  }

  /// The daemon reads them of the caller's process, which another PID namespace may hide.
  @Test
  void supplementaryGroups_countWhereSetgidIsAtStake() throws IOException {
    assertSameOutput(
        """
        import os, subprocess, sys
        os.chdir(sys.argv[1])
        os.chmod(".", 0o777)
        for name in ("truncated", "listed"):
            open(name, "w").close()
            os.chown(name, 4001, 4711)
            os.chmod(name, 0o2666)
        for group in (4711, 4712):
            shell = "truncate --size=0 truncated; : > truncated; setfacl -m u:4002:r listed"
            subprocess.run(["setpriv", "--reuid=4001", "--regid=4001", f"--groups={group}", "sh", "-c", shell], check=True)
            print(group, oct(os.stat("listed").st_mode))
        """,
        "supplementary-groups");
  }

  /// On libfuse 3.17 and newer a file without a name can be made and linked; to older ones it is
  /// unknown, and programs fall back.
  @Test
  void namelessFile_isMadeWhereLibfuseCan() throws Exception {
    String outcome =
        Command.python(
                """
                import os, sys
                os.chdir(sys.argv[1])
                try:
                    nameless = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o640)
                    print(os.write(nameless, b"text"), os.fstat(nameless).st_nlink, os.listdir("."))
                    os.link(f"/proc/self/fd/{nameless}", "named", src_dir_fd=nameless)
                    print(os.stat("named").st_nlink, oct(os.stat("named").st_mode), open("named").read())
                    os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_EXCL, 0o600)
                except OSError as failure:
                    print(os.strerror(failure.errno))
                """,
                mount.directory("nameless"))
            .output();
    assertEquals(
        FuseLibrary.load().version() >= 317
            ? "4 0 []\n1 0o100640 text\n"
            : "Operation not supported\n",
        outcome);
  }

  /// They are made in SOURCE, which is faster.
  @Test
  void hundredThousandEntries_areListedOnce_andFoundAgainByTheirPlaces() throws IOException {
    Path folder = Files.createDirectories(mount.source().resolve("crowded"));
    Command.python(
            """
            import os, sys
            os.chdir(sys.argv[1])
            for i in range(100_000):
                os.close(os.open(f"entry-{i:06}", os.O_CREAT, 0o644))
            """,
            folder)
        .output();
    String outcome =
        Command.python(
                """
                import ctypes, os, sys
                libc = ctypes.CDLL(None, use_errno=True)

                class Entry(ctypes.Structure):
                    _fields_ = [("inode", ctypes.c_ulong), ("offset", ctypes.c_long),
                                ("length", ctypes.c_ushort), ("kind", ctypes.c_ubyte),
                                ("name", ctypes.c_char * 256)]

                libc.opendir.restype = ctypes.c_void_p
                libc.readdir.restype = ctypes.POINTER(Entry)
                libc.telldir.restype = ctypes.c_long
                for function in (libc.readdir, libc.telldir, libc.closedir):
                    function.argtypes = [ctypes.c_void_p]
                libc.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]
                directory = libc.opendir(os.fsencode(sys.argv[1]))
                places, names = [libc.telldir(directory)], []
                while entry := libc.readdir(directory):
                    names.append(entry.contents.name)
                    places.append(libc.telldir(directory))
                print(len(names), len(set(names)), len(set(places)))
                expected = {b".", b".."} | {b"entry-%06d" % i for i in range(100_000)}
                print(set(names) == expected)
                for index in (99_999, 0, 100_001, 31_415, 1, 65_536):
                    libc.seekdir(directory, places[index])
                    assert libc.readdir(directory).contents.name == names[index], index
                libc.closedir(directory)
                print(len(os.listdir(sys.argv[1])))
                """,
                mount.path("crowded"))
            .within(Duration.ofMinutes(2))
            .output();
    assertEquals("100002 100002 100003\nTrue\n100000\n", outcome);
  }

  @Test
  void readOnlyMount_servesAndRefusesEveryChange() throws IOException {
    try (var readOnly = NativeMount.prepare("-o", "ro")) {
      Path inSource = Files.writeString(readOnly.source().resolve("file"), "text");
      readOnly.mount();
      Path file = readOnly.path("file");

      assertEquals("text", Files.readString(file));
      Refusal.EROFS.of(() -> Files.writeString(file, "changed"));
      Refusal.EROFS.of(() -> readOnly.file("new", "text"));
      Refusal.EROFS.of(() -> Files.delete(file));
      Refusal.EROFS.of(() -> Attributes.set(file, "note", "x"));
      Refusal.EROFS.of(() -> Attributes.attach(file, 1, 2));
      assertEquals("text", Files.readString(inSource));
      readOnly.awaitReady();
    }
  }

  @Test
  void remount_changesWhetherTheMountMayBeWritten() throws IOException {
    try (var own = NativeMount.start()) {
      Path file = own.file("file", "text");
      Attributes.attach(file, 1, 2);
      remount(own, "ro");
      Refusal.EROFS.of(() -> Files.writeString(file, "changed"));
      Refusal.EROFS.of(() -> Attributes.attach(file, 3, 4));
      assertEquals(List.of(1f, 2f), Attributes.vector(file));

      remount(own, "rw");
      Files.writeString(file, "changed");
      Attributes.attach(file, 3, 4);
      assertEquals("changed", Files.readString(own.source().resolve("file")));
      assertEquals(List.of(3f, 4f), Attributes.vector(file));
    }
  }

  /// As mount(8) has its helper do.
  private static void remount(NativeMount mount, String access) {
    Command.of(
            NativeMount.launcher(),
            mount.source(),
            mount.mountPoint(),
            "-o",
            "remount," + access + ",dev,suid")
        .output();
  }
}
