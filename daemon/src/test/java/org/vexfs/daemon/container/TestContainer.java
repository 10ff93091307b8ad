package org.vexfs.daemon.container;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;

/// A privileged container of Debian 13, with libfuse 3.17, in which tests of the mount run as they
/// do on the host.
final class TestContainer {
  private TestContainer() {}

  /// Runs the tests of these classes and returns what they printed.
  ///
  /// @param properties system properties, besides those of this run that begin with `vexfs.`
  /// @throws AssertionError if one fails, with what it printed
  static String run(List<String> classes, Map<String, String> properties, Duration deadline) {
    String image = RuntimeImage.buildForTests(Debian.TRIXIE);
    List<String> command = command(classes, properties);
    try (GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image))) {
      container
          .withNetworkMode("none")
          .withLabel("org.vexfs.test", "true")
          .withCreateContainerCmdModifier(TestContainer::configure)
          .withCommand(command.toArray(String[]::new))
          .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(deadline));
      try {
        container.start();
      } catch (RuntimeException e) {
        throw new AssertionError(
            "tests failed in the container: " + container.getLogs(OutputType.STDOUT), e);
      }
      String report = container.getLogs(OutputType.STDOUT);
      assertTrue(report.contains(" tests successful"), report);
      return report;
    }
  }

  private static List<String> command(List<String> classes, Map<String, String> properties) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    Map<String, String> all = new TreeMap<>(properties);
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("vexfs."))
        .forEach(name -> all.put(name, System.getProperty(name)));
    all.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("org.junit.platform.console.ConsoleLauncher", "execute"));
    command.addAll(List.of("--details=summary", "--disable-banner", "--disable-ansi-colors"));
    classes.forEach(name -> command.add("--select-class=" + name));
    return command;
  }

  /// The project, the JDK and Maven's repository lie in the container where they lie on the host.
  private static void configure(CreateContainerCmd create) {
    HostConfig config = Objects.requireNonNull(create.getHostConfig());
    Privileges.ALL.grant(config);
    // The image's own check looks for a mount that is not there.
    create.withHealthcheck(new HealthCheck().withTest(List.of("NONE")));
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
