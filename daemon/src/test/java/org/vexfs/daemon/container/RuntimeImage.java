package org.vexfs.daemon.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The container image under test, built once a run from the linked image that this build made.
final class RuntimeImage {
  // The first build installs packages; later ones find them in the engine's cache.
  private static final Duration BUILD_DEADLINE = Duration.ofMinutes(5);

  /// What this run has built already, by name: to ask the engine again costs seconds each time.
  private static final Set<String> BUILT = new HashSet<>();

  private RuntimeImage() {}

  /// Builds the image by the command that the Dockerfile names, on a release of Debian, and returns
  /// its name.
  ///
  /// @throws AssertionError if there is no linked image, no engine, or the build fails
  static String build(Debian debian) {
    Path launcher = Path.of(property("vexfs.launcher"));
    if (!Files.isExecutable(launcher)) {
      throw new AssertionError(launcher + " is missing: run `mvn package` first");
    }
    return build(debian, "vexfs:test-" + debian.tag(), "Dockerfile", "--target=local");
  }

  /// Builds the image that has, besides, what the mount's own tests use, and returns its name.
  ///
  /// @throws AssertionError as [#build]
  static String buildForTests(Debian debian) {
    build(debian);
    return build(debian, "vexfs:tests-" + debian.tag(), "Tests.Dockerfile");
  }

  private static synchronized String build(
      Debian debian, String name, String file, String... options) {
    if (BUILT.contains(name)) {
      return name;
    }
    HostCommand engine = HostCommand.run("docker", "version");
    if (engine.exitCode() != 0) {
      throw new AssertionError(
          "no Docker engine answers; `docker/engine.sh start` starts one: " + engine.output());
    }
    Path project = Path.of(property("vexfs.project")).normalize();
    // The engine's own bridge may not reach the package mirrors; the host's network does.
    List<Object> command =
        new ArrayList<>(List.of("docker", "build", "--network=host", "--tag=" + name));
    command.add("--build-arg=DEBIAN=" + debian.tag());
    command.add("--file=" + project.resolve("docker").resolve(file));
    command.addAll(List.of(options));
    command.add(project);
    HostCommand.output(BUILD_DEADLINE, command.toArray());
    BUILT.add(name);
    return name;
  }

  static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new AssertionError(
          "the system property " + name + " is not set: run with `mvn verify`");
    }
    return value;
  }
}
