package org.vexfs.daemon.mount;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A source folder, a mount point, and the daemon that shows the one at the other.
///
/// Owns all three: [#close] takes away whatever is mounted, the daemon, and the folders, also after
/// a test that failed half-way. The daemon is known by its arguments, of which the mount point is
/// one that no other process has.
final class NativeMount implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration MOUNT_PATIENCE = Duration.ofMinutes(2);
  private static final Duration GRAPH_PATIENCE = Duration.ofMinutes(2);
  private static final Path PROCESSES = Path.of("/proc");

  /// `PF_EXITING` among the flags of proc_pid_stat(5).
  private static final long EXITING = 4;

  /// Daemons that were seen before they were to end.
  private final Set<Long> known = new HashSet<>();

  private final Path root;
  private final Path source;
  private final Path mountPoint;
  private final List<String> arguments;
  private String javaOptions = "";

  private NativeMount(List<String> arguments) throws IOException {
    this.arguments = arguments;
    root = Files.createTempDirectory("vexfs-mount").toRealPath();
    // Other users must be able to come this far.
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    source = Files.createDirectory(root.resolve("source"));
    mountPoint = Files.createDirectory(root.resolve("mount"));
  }

  /// Folders that are not mounted yet.
  ///
  /// @param arguments of `vexfs mount` after source and mount point
  /// @throws AssertionError if nothing can be mounted on this host
  static NativeMount prepare(String... arguments) throws IOException {
    requireHost();
    return new NativeMount(List.of(arguments));
  }

  /// A mount that answers.
  static NativeMount start(String... arguments) throws IOException {
    NativeMount mount = prepare(arguments);
    try {
      mount.mount();
      return mount;
    } catch (AssertionError e) {
      mount.close();
      throw e;
    }
  }

  /// The program under test.
  static Path launcher() {
    String launcher = System.getProperty("vexfs.launcher");
    if (launcher == null) {
      throw new AssertionError("no system property vexfs.launcher: run with `mvn verify`");
    }
    Path path = Path.of(launcher).normalize();
    if (!Files.isExecutable(path)) {
      throw new AssertionError(path + " is missing: run `mvn package` first");
    }
    return path;
  }

  private static void requireHost() throws IOException {
    Path launcher = launcher();
    if (!Files.exists(Path.of("/dev/fuse"))) {
      throw new AssertionError(launcher + " cannot mount: /dev/fuse is missing (modprobe fuse)");
    }
    Command.of("sh", "-c", "command -v fusermount3 || { echo 'install fuse3' && exit 1; }")
        .output();
    if ((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") != 0) {
      throw new AssertionError("these tests need root");
    }
  }

  /// The folder that is mounted.
  Path source() {
    return source;
  }

  /// The folder where it appears.
  Path mountPoint() {
    return mountPoint;
  }

  /// A folder beside the two, on the host's own file system.
  Path beside(String name) throws IOException {
    return Files.createDirectories(root.resolve(name));
  }

  /// A path in the mount.
  Path path(String relative) {
    return mountPoint.resolve(relative);
  }

  /// Makes and returns a directory in the mount.
  Path directory(String relative) throws IOException {
    return Files.createDirectories(path(relative));
  }

  /// Writes and returns a file in the mount.
  Path file(String relative, String content) throws IOException {
    return Files.writeString(path(relative), content);
  }

  /// Lets the daemons to come start in half the time, and reach half the speed.
  void startQuickly() {
    javaOptions = "-XX:TieredStopAtLevel=1";
  }

  /// Gives the daemons to come these options of the JVM.
  void startWith(String newJavaOptions) {
    javaOptions = newJavaOptions;
  }

  /// Mounts, as it was mounted before perhaps.
  void mount() {
    List<Object> words = new ArrayList<>(List.of(launcher(), "mount", source, mountPoint));
    words.addAll(arguments);
    Command command = Command.of(words.toArray()).within(MOUNT_PATIENCE);
    if (!javaOptions.isEmpty()) {
      command.with("VEXFS_JAVA_OPTIONS", javaOptions);
    }
    command.output();
  }

  /// Kills the daemon and returns when it is gone; its mount stays, and answers nothing.
  void kill() throws IOException {
    known.addAll(daemons());
    signal("KILL");
    Deadline.await(
        PATIENCE,
        () -> daemons().isEmpty() && known.stream().noneMatch(NativeMount::isEnding),
        () -> "still alive: " + daemons());
  }

  /// Sends a signal to the daemon.
  void signal(String name) throws IOException {
    List<Long> daemons = daemons();
    if (daemons.size() != 1) {
      throw new AssertionError("one daemon expected, not " + daemons);
    }
    Command.of("kill", "-s", name, daemons.getFirst()).output();
  }

  /// Kills the daemon and mounts again over what it left.
  void killAndMount() throws IOException {
    kill();
    mount();
  }

  /// Unmounts as an administrator does, and returns when the daemon has ended.
  void unmount() throws IOException {
    known.addAll(daemons());
    Command.of("umount", mountPoint).output();
    awaitEnd();
  }

  /// Returns when nothing is mounted and no daemon runs.
  void awaitEnd() throws IOException {
    Deadline.await(
        PATIENCE,
        () ->
            !isMounted() && daemons().isEmpty() && known.stream().noneMatch(NativeMount::isEnding),
        () -> "mounts " + mounts() + ", daemons " + daemons());
  }

  /// Whether something is mounted at the mount point.
  boolean isMounted() {
    return mounts().contains(mountPoint);
  }

  /// The daemon's `status`, read through the mount.
  Map<String, Object> status() throws IOException {
    return Json.object(Files.readString(path(".vexfs/status")));
  }

  /// Returns when the store is open.
  void awaitReady() throws IOException {
    Deadline.await(PATIENCE, this::isReady, () -> "the store is not ready");
  }

  private boolean isReady() throws IOException {
    return "ready".equals(status().get("state"));
  }

  /// Returns when the graph of the collection `default` has taken up every vector.
  void awaitGraph() throws IOException {
    Deadline.await(GRAPH_PATIENCE, this::isGraphComplete, () -> "vectors are still pending");
  }

  private boolean isGraphComplete() throws IOException {
    Map<String, Object> status = status();
    return "ready".equals(status.get("state"))
        && Json.objects(status, "collections").stream()
            .anyMatch(collection ->
                "default".equals(collection.get("name"))
                    && Json.number(collection, "pending") == 0);
  }

  /// The causes of refused requests, the newest last.
  List<Map<String, Object>> errors() throws IOException {
    return Json.lines(Files.readString(path(".vexfs/errors")));
  }

  /// What is mounted at or below the folders of this object, the topmost last.
  private List<Path> mounts() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines
          .map(line -> Path.of(line.split(" ", 6)[4]))
          .filter(path -> path.startsWith(root))
          .toList();
    } catch (IOException e) {
      throw new AssertionError("the mount table cannot be read", e);
    }
  }

  /// Daemons of this mount: processes that have its mount point as an argument, the launcher and
  /// this test's own commands apart.
  List<Long> daemons() {
    try (Stream<Path> processes = Files.list(PROCESSES)) {
      return processes
          .filter(process -> process.getFileName().toString().matches("\\d+"))
          .filter(this::isDaemon)
          .map(process -> Long.valueOf(process.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new AssertionError("the process table cannot be read", e);
    }
  }

  /// Whether a process is on its way out and may have files open: its arguments go with its memory,
  /// its files with the last of its threads.
  private static boolean isEnding(long process) {
    try (Stream<Path> threads = Files.list(PROCESSES.resolve(process + "/task"))) {
      return threads.anyMatch(NativeMount::isThreadEnding);
    } catch (IOException | UncheckedIOException gone) {
      return false;
    }
  }

  private static boolean isThreadEnding(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      // Those after the name: state, parent, group, session, terminal, its group, flags.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return !fields[0].equals("Z") && (Long.parseLong(fields[6]) & EXITING) != 0;
    } catch (IOException gone) {
      return false;
    }
  }

  /// A process that has ended, but that nobody has reaped, has no arguments any more.
  private boolean isDaemon(Path process) {
    try {
      byte[] line = Files.readAllBytes(process.resolve("cmdline"));
      List<String> words = Arrays.asList(new String(line, StandardCharsets.UTF_8).split("\0", -1));
      return words.contains("org.vexfs.daemon/org.vexfs.daemon.app.Main")
          && words.contains("mount")
          && words.stream().anyMatch(word -> word.startsWith(root.toString()));
    } catch (IOException gone) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    known.addAll(daemons());
    // Lazily, as a mount whose daemon was killed answers nothing but this, and the topmost first.
    for (List<Path> present = mounts(); !present.isEmpty(); present = mounts()) {
      Command.of("umount", "--lazy", present.getLast()).output();
    }
    try {
      awaitEnd();
    } finally {
      for (long daemon : daemons()) {
        Command.of("kill", "-s", "KILL", daemon).run();
      }
      Command.of("rm", "--recursive", "--force", "--one-file-system", root).output();
    }
  }
}
