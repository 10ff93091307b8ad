package org.vexfs.daemon.container;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PropagationMode;
import com.github.dockerjava.api.model.SELContext;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/// A source folder and a mount point on the host, and a container that mounts the one at the other.
///
/// Owns all three: [#close] removes the container, whatever is still mounted, and the folders, also
/// after a test that failed half-way.
final class ContainerMount implements AutoCloseable {
  /// Where the image mounts, as seen in the container.
  static final Path INSIDE = Path.of("/mnt/vexfs");

  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final int STOP_SECONDS = 20;
  private static final int EXIT_KILLED = 128 + 9;

  private final Deployment deployment;
  private final Path root;
  private final Path source;
  private final Path mountPoint;
  private long memoryBytes;
  private List<String> options = List.of();
  private @Nullable GenericContainer<?> container;

  /// Makes the folders, and the mount point shared, as a mount in the container must reach it.
  ContainerMount(Deployment deployment) throws IOException {
    this.deployment = deployment;
    root = Files.createTempDirectory("vexfs-container");
    // Other users of the host must be able to come this far.
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    source = Files.createDirectory(root.resolve("source"));
    mountPoint = Files.createDirectory(root.resolve("mount"));
    HostCommand.output("mount", "--bind", mountPoint, mountPoint);
    HostCommand.output("mount", "--make-shared", mountPoint);
  }

  /// The folder on the host that the container mounts.
  Path source() {
    return source;
  }

  /// The folder on the host where the mount appears.
  Path mountPoint() {
    return mountPoint;
  }

  /// A folder beside the two, on the host's own file system.
  Path beside(String name) throws IOException {
    return Files.createDirectories(root.resolve(name));
  }

  /// Lets containers to come have so much memory, the page cache of what they read and write
  /// included, and none that is swapped out.
  void limitMemory(long bytes) {
    memoryBytes = bytes;
  }

  /// Has containers to come mount with these options beside those of the image.
  void mountWith(String... newOptions) {
    options = List.of(newOptions);
  }

  /// Starts a container and returns when the image's own health check says that the mount answers.
  void start() {
    container =
        new GenericContainer<>(DockerImageName.parse(RuntimeImage.build(deployment.debian())))
            .withNetworkMode("none")
            .withLabel("org.vexfs.test", "true")
            .withCreateContainerCmdModifier(this::configure)
            .waitingFor(Wait.forHealthcheck().withStartupTimeout(START_DEADLINE));
    container.start();
  }

  private void configure(CreateContainerCmd command) {
    HostConfig config = Objects.requireNonNull(command.getHostConfig());
    config.withBinds(
        new Bind(source.toString(), new Volume("/data")),
        new Bind(
            mountPoint.toString(),
            new Volume(INSIDE.toString()),
            AccessMode.rw,
            SELContext.none,
            null,
            PropagationMode.RSHARED));
    deployment.privileges().grant(config);
    if (memoryBytes > 0) {
      config.withMemory(memoryBytes).withMemorySwap(memoryBytes);
    }
    if (!options.isEmpty()) {
      String all = "allow_other,default_permissions," + String.join(",", options);
      command.withCmd("mount", "/data", INSIDE.toString(), "--foreground", "-o", all);
    }
    // The check itself is the image's; only its pace is a test's.
    command.withHealthcheck(new HealthCheck().withInterval(Duration.ofMillis(500).toNanos()));
  }

  /// Runs a command in the container and returns its standard output.
  ///
  /// @throws AssertionError if it fails, with what it printed
  String exec(Object... command) throws IOException, InterruptedException {
    String[] words = new String[command.length];
    for (int i = 0; i < command.length; i++) {
      words[i] = command[i].toString();
    }
    ExecResult result = running().execInContainer(words);
    if (result.getExitCode() != 0) {
      throw new AssertionError(
          "%s ended in the container with %d: %s%s"
              .formatted(
                  String.join(" ", words),
                  result.getExitCode(),
                  result.getStdout(),
                  result.getStderr()));
    }
    return result.getStdout();
  }

  /// Whether the container's main process runs, and nothing in it was killed for want of memory.
  boolean isWell() {
    GenericContainer<?> asked = running();
    ContainerState state =
        asked.getDockerClient().inspectContainerCmd(asked.getContainerId()).exec().getState();
    return Boolean.TRUE.equals(state.getRunning()) && !Boolean.TRUE.equals(state.getOOMKilled());
  }

  /// Stops the container as `docker stop` does, and removes it.
  ///
  /// @throws AssertionError if SIGTERM did not end it and it had to be killed
  void stop() {
    GenericContainer<?> stopping = running();
    String id = stopping.getContainerId();
    stopping.getDockerClient().stopContainerCmd(id).withTimeout(STOP_SECONDS).exec();
    Long exitCode =
        stopping.getDockerClient().inspectContainerCmd(id).exec().getState().getExitCodeLong();
    String log = stopping.getLogs();
    stopping.stop();
    container = null;
    if (exitCode != null && exitCode == EXIT_KILLED) {
      throw new AssertionError("SIGTERM did not end the container; it had printed: " + log);
    }
  }

  /// True if a FUSE file system is mounted at the mount point, over the shared folder itself.
  boolean isMountedOnHost() throws IOException {
    return mountsHere().anyMatch(line -> line.contains(" - fuse"));
  }

  /// The lines of the mount table whose fifth field, the mount point, is this one's.
  private Stream<String> mountsHere() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.split(" ", 6)[4].equals(mountPoint.toString()));
  }

  private GenericContainer<?> running() {
    if (container == null) {
      throw new AssertionError("no container runs");
    }
    return container;
  }

  @Override
  public void close() throws IOException {
    if (container != null) {
      container.stop();
      container = null;
    }
    // One layer at a time, the shared folder last; lazily, as a mount whose daemon was killed
    // answers
    // nothing but this. A command that fails ends the loop.
    while (mountsHere().findAny().isPresent()) {
      HostCommand.output("umount", "--lazy", mountPoint);
    }
    HostCommand.output("rm", "--recursive", "--force", "--one-file-system", root);
  }
}
