package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Coming and going: how a mount starts, is refused, and ends.
@Timeout(60)
final class MountIT {
  /// Prints the handle of the file `argv[2]`, or what is read by the handle `argv[2]` in the mount
  /// at `argv[3]`.
  private static final String HANDLES =
      """
      import ctypes, errno, os, struct, sys
      libc = ctypes.CDLL(None, use_errno=True)
      CAPACITY = 128
      if sys.argv[1] == "of":
          handle = ctypes.create_string_buffer(struct.pack("I", CAPACITY), 8 + CAPACITY)
          mount = ctypes.c_int()
          path = os.fsencode(sys.argv[2])
          if libc.name_to_handle_at(-100, path, handle, ctypes.byref(mount), 0) != 0:
              raise OSError(ctypes.get_errno(), "name_to_handle_at")
          print(handle.raw.hex())
      else:
          mount = os.open(sys.argv[3], os.O_RDONLY | os.O_DIRECTORY)
          file = libc.open_by_handle_at(mount, bytes.fromhex(sys.argv[2]), os.O_RDONLY)
          print(errno.errorcode[ctypes.get_errno()] if file < 0 else os.read(file, 100).decode())
      """;

  @Test
  void mount_returnsWhenItAnswers_andUmountEndsTheDaemon() throws Exception {
    try (var mount = NativeMount.prepare()) {
      Files.writeString(mount.source().resolve("file"), "text");
      mount.mount();
      assertEquals("text", Files.readString(mount.path("file")));
      assertEquals(1, mount.daemons().size());

      mount.unmount();
      assertFalse(Files.exists(mount.path("file")));
      assertEquals("text", Files.readString(mount.source().resolve("file")));
    }
  }

  @Test
  void umountCommand_returnsOnceTheDaemonIsGone() throws Exception {
    try (var mount = NativeMount.start()) {
      Attributes.attach(mount.file("file", "text"), 1, 2);
      Command.of(NativeMount.launcher(), "umount", mount.mountPoint()).output();
      assertEquals(List.of(), mount.daemons());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void signal_unmountsAndEndsTheDaemon(String signal) throws Exception {
    try (var mount = NativeMount.start()) {
      Attributes.attach(mount.file("file", "text"), 1, 2);
      mount.signal(signal);
      mount.awaitEnd();

      mount.mount();
      assertEquals(List.of(1f, 2f), Attributes.vector(mount.path("file")));
    }
  }

  @Test
  void foreground_staysUntilUnmounted() throws Exception {
    try (var mount = NativeMount.prepare()) {
      Process process =
          new ProcessBuilder(
                  NativeMount.launcher().toString(),
                  "mount",
                  "--foreground",
                  mount.source().toString(),
                  mount.mountPoint().toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        Deadline.await(
            Duration.ofSeconds(20), mount::isMounted, () -> "not mounted: " + process.info());
        assertEquals("text", Files.readString(mount.file("file", "text")));
        assertTrue(process.isAlive());

        mount.unmount();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
      } finally {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void fileHandle_ofAnEarlierMount_leadsToNoOtherFile() throws Exception {
    try (var mount = NativeMount.start()) {
      Path first = mount.file("first", "first");
      Files.writeString(mount.source().resolve("second"), "second");
      String handle = Command.python(HANDLES, "of", first).output().strip();
      assertEquals("first\n", Command.python(HANDLES, "open", handle, mount.mountPoint()).output());

      mount.unmount();
      mount.mount();
      // The first file that this mount is asked for, as the other was before.
      assertEquals("second", Files.readString(mount.path("second")));
      assertEquals(
          "ESTALE\n", Command.python(HANDLES, "open", handle, mount.mountPoint()).output());
    }
  }

  @Test
  void mount_overADeadOne_takesItsPlace() throws Exception {
    try (var mount = NativeMount.start()) {
      mount.file("file", "text");
      mount.kill();
      String refused = Command.of("ls", mount.mountPoint()).failure();
      // The kernel says the one to requests that were under way, the other to later ones.
      assertTrue(
          refused.contains("not connected") || refused.contains("connection abort"), refused);

      mount.mount();
      assertEquals("text", Files.readString(mount.path("file")));
      mount.unmount();
      assertFalse(mount.isMounted());
    }
  }

  @Test
  void mount_overTheSourceItself_showsIt() throws Exception {
    try (var mount = NativeMount.prepare()) {
      Path source = mount.source();
      Files.writeString(source.resolve("file"), "text");
      Command.of(NativeMount.launcher(), "mount", source, source).output();
      assertEquals(
          "fuse.vexfs\n", Command.of("findmnt", "--noheadings", "-o", "FSTYPE", source).output());
      assertEquals("text", Files.readString(source.resolve("file")));
      Attributes.attach(source.resolve("file"), 1, 2);
      Files.writeString(source.resolve("new"), "new");

      Command.of("umount", source).output();
      mount.awaitEnd();
      assertEquals("new", Files.readString(source.resolve("new")));
      assertTrue(Files.isDirectory(source.resolve(".vexfs")));
    }
  }

  /// The call is the one that mount(8) makes for type `fuse.vexfs`; it would itself look for the
  /// launcher in the system's folders only.
  @Test
  void mountHelper_mountsByType() throws Exception {
    try (var mount = NativeMount.prepare()) {
      Files.writeString(mount.source().resolve("file"), "text");
      Command.of(
              "mount.fuse3",
              mount.source(),
              mount.mountPoint(),
              "-o",
              "rw,noatime,allow_other,attr_timeout=2",
              "-t",
              "fuse.vexfs")
          .with("PATH", withLauncher())
          .output();

      assertEquals("text", Files.readString(mount.path("file")));
      assertEquals("text", Command.of("cat", mount.path("file")).asNobody().output());
      String line =
          Command.of("findmnt", "--noheadings", "-o", "SOURCE,FSTYPE", mount.mountPoint()).output();
      assertEquals(
          List.of(mount.source().toString(), "fuse.vexfs"), List.of(line.strip().split(" +", -1)));
      mount.unmount();
    }
  }

  @Test
  void optionsOfFuse_areThoseOfTheMount() throws Exception {
    try (var mount =
        NativeMount.start("-o", "allow_other,default_permissions,attr_timeout=3,max_read=65536")) {
      String options =
          Command.of("findmnt", "--noheadings", "-o", "OPTIONS", mount.mountPoint()).output();
      for (String option : List.of("allow_other", "default_permissions", "max_read=65536")) {
        assertTrue(options.contains(option), options);
      }
      byte[] content = new byte[300_000];
      content[299_999] = 1;
      Files.write(mount.path("file"), content);
      assertArrayEquals(content, Files.readAllBytes(mount.path("file")));
    }
  }

  @Test
  void readOnlyMount_readsAndRefusesChanges() throws Exception {
    try (var mount = NativeMount.prepare("-o", "ro")) {
      Path file = Files.writeString(mount.source().resolve("file"), "text");
      mount.mount();

      assertEquals("text", Files.readString(mount.path("file")));
      Refusal.EROFS.of(() -> Files.writeString(mount.path("file"), "changed"));
      Refusal.EROFS.of(() -> Files.writeString(mount.path("new"), "new"));
      Refusal.EROFS.of(() -> Files.delete(mount.path("file")));
      Refusal.EROFS.of(() -> Files.createDirectory(mount.path("folder")));
      Refusal.EROFS.of(() -> Attributes.attach(mount.path("file"), 1, 2));
      assertEquals("text", Files.readString(file));
    }
  }

  @Test
  void storeElsewhere_leavesTheSourceAsItWas() throws Exception {
    try (var elsewhere = NativeMount.prepare();
        var mount = NativeMount.prepare("--store", elsewhere.beside("store").toString())) {
      mount.mount();
      Attributes.attach(mount.file("file", "text"), 1, 2);
      mount.killAndMount();

      assertEquals(List.of(1f, 2f), Attributes.vector(mount.path("file")));
      assertFalse(Files.exists(mount.source().resolve(".vexfs")));
      mount.unmount();
    }
  }

  @Test
  void secondDaemon_onTheSameStore_isRefused() throws Exception {
    try (var mount = NativeMount.start()) {
      Path other = mount.beside("other");
      String refused = refused("mount", mount.source(), other);

      assertTrue(refused.contains("in use"), refused);
      assertEquals("", Command.of("ls", "-A", other).output());
      assertEquals("text", Files.readString(mount.file("file", "text")));
    }
  }

  @Test
  void mountPoint_thatShowsALiveMount_isRefused() throws Exception {
    try (var mount = NativeMount.start()) {
      String refused = refused("mount", mount.beside("other"), mount.mountPoint());

      assertTrue(refused.contains("shows " + mount.source() + " already"), refused);
      assertTrue(mount.isMounted());
    }
  }

  @Test
  void missingSource_isRefused() throws Exception {
    assertRefused("no-such-source", "mount", "no-such-source");
  }

  @Test
  void missingMountPoint_isRefused() throws Exception {
    assertRefused("no-such-mount-point", "source", "no-such-mount-point");
  }

  @Test
  void fileAsSource_isRefused() throws Exception {
    assertRefused("is not a directory", "a-file", "mount");
  }

  @Test
  void fileAsMountPoint_isRefused() throws Exception {
    assertRefused("is not a directory", "source", "a-file");
  }

  @Test
  void mountPointInsideTheSource_isRefused() throws Exception {
    assertRefused("lies inside the source", "source", "source/inner");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no_such_option", "attr_timeout=soon", "attr_timeout=-1", "max_read=x"})
  void option_thatMeansNothing_isRefused(String option) throws Exception {
    assertRefused(option, "source", "mount", "-o", option);
  }

  /// Checks that a mount is refused with one clear message, and that nothing is left of it.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount",
        "umount",
        "status",
        "compact",
        "fsck",
        "snapshot",
        "export",
        "import",
        "index",
        "search"
      })
  void help_isThereForEveryCommand(String command) {
    String help = Command.of(NativeMount.launcher(), command, "--help").output();
    assertTrue(help.contains("Usage: vexfs " + command), help);
  }

  private static void assertRefused(
      String message, String source, String mountPoint, String... arguments) throws Exception {
    try (var mount = NativeMount.prepare()) {
      Path root = Objects.requireNonNull(mount.source().getParent());
      Files.createDirectory(mount.source().resolve("inner"));
      Files.writeString(root.resolve("a-file"), "text");
      Object[] words = new Object[arguments.length + 3];
      words[0] = "mount";
      words[1] = root.resolve(source);
      words[2] = root.resolve(mountPoint);
      System.arraycopy(arguments, 0, words, 3, arguments.length);

      String refused = refused(words);

      assertTrue(refused.contains(message), refused);
      assertFalse(refused.contains("\tat "), refused);
      mount.awaitEnd();
    }
  }

  private static String refused(Object... arguments) {
    Object[] words = new Object[arguments.length + 1];
    words[0] = NativeMount.launcher();
    System.arraycopy(arguments, 0, words, 1, arguments.length);
    return Command.of(words).failure();
  }

  private static String withLauncher() throws IOException {
    return NativeMount.launcher().toRealPath().getParent() + ":/usr/sbin:/usr/bin:/sbin:/bin";
  }
}
