package org.vexfs.daemon.container;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;

/// The mount's own tests, which run on the host with its libfuse, once more inside a privileged
/// container of Debian 13, with libfuse 3.17. The databases run here alone, as a machine that only
/// builds VexFS should not need them.
///
/// `-Dvexfs.containerTests=CLASS,…` names other classes, which may be given without their package.
@Timeout(1_800)
final class MountTestsInContainerIT {
  private static final String PACKAGE = "org.vexfs.daemon.mount.";
  private static final String CLASSES =
      "DatabasesIT,KilledDaemonIT,MountIT,OverlayIT,PosixIT,SearchIT,VectorFormsIT";
  private static final String KILL_ROUNDS = "vexfs.kill.rounds";
  private static final String DEFAULT_KILL_ROUNDS = "200";
  private static final Duration DEADLINE = Duration.ofMinutes(25);

  @Test
  void mountTests_onLibfuse317_pass() {
    String image = RuntimeImage.buildForTests(Debian.TRIXIE);
    List<String> command = command();
    try (GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image))) {
      container
          .withNetworkMode("none")
          .withLabel("org.vexfs.test", "true")
          .withCreateContainerCmdModifier(MountTestsInContainerIT::configure)
          .withCommand(command.toArray(String[]::new))
          .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(DEADLINE));
      try {
        container.start();
      } catch (RuntimeException e) {
        throw new AssertionError(
            "tests failed in the container: " + container.getLogs(OutputType.STDOUT), e);
      }
      String report = container.getLogs(OutputType.STDOUT);
      assertTrue(report.contains(" tests successful"), report);
      System.out.println(report);
    }
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("vexfs."))
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    if (System.getProperty(KILL_ROUNDS) == null) {
      command.add("-D" + KILL_ROUNDS + "=" + DEFAULT_KILL_ROUNDS);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("org.junit.platform.console.ConsoleLauncher", "execute"));
    command.addAll(List.of("--details=summary", "--disable-banner", "--disable-ansi-colors"));
    for (String name : System.getProperty("vexfs.containerTests", CLASSES).split(",", -1)) {
      command.add("--select-class=" + (name.contains(".") ? name : PACKAGE + name));
    }
    return command;
  }

  /// The project, the JDK and Maven's repository lie in the container where they lie on the host.
  private static void configure(CreateContainerCmd create) {
    HostConfig config = Objects.requireNonNull(create.getHostConfig());
    Privileges.ALL.grant(config);
    config.withBinds(
        Stream.of(
                RuntimeImage.property("vexfs.project"),
                RuntimeImage.property("vexfs.repository"),
                RuntimeImage.property("java.home"))
            .map(path -> Path.of(path).normalize().toString())
            .map(path -> new Bind(path, new Volume(path), AccessMode.ro))
            .toArray(Bind[]::new));
  }
}
