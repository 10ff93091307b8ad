package org.vexfs.daemon.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The container image under test, built once a run from the linked image that this build made.
final class RuntimeImage {
  /// The tag that the build gives it.
  static final String NAME = "vexfs:test";

  // The first build installs packages; later ones find them in the engine's cache.
  private static final Duration BUILD_DEADLINE = Duration.ofMinutes(5);

  private RuntimeImage() {}

  /// Builds the image, by the command that the Dockerfile names.
  ///
  /// @throws AssertionError if there is no linked image, no engine, or the build fails
  static void build() {
    Path project = Path.of(property("vexfs.project")).normalize();
    Path launcher = Path.of(property("vexfs.launcher"));
    if (!Files.isExecutable(launcher)) {
      throw new AssertionError(launcher + " is missing: run `mvn package` first");
    }
    HostCommand engine = HostCommand.run("docker", "version");
    if (engine.exitCode() != 0) {
      throw new AssertionError(
          "no Docker engine answers; `docker/engine.sh start` starts one: " + engine.output());
    }
    // The engine's own bridge may not reach the package mirrors; the host's network does.
    HostCommand.output(
        BUILD_DEADLINE,
        "docker",
        "build",
        "--network=host",
        "--target=local",
        "--tag=" + NAME,
        "--file=" + project.resolve("docker/Dockerfile"),
        project);
  }

  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new AssertionError(
          "the system property " + name + " is not set: run with `mvn verify`");
    }
    return value;
  }
}
