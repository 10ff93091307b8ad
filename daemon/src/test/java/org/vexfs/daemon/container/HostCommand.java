package org.vexfs.daemon.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A command run on the host to its end, or to its deadline, whichever comes first.
///
/// @param exitCode what the command ended with
/// @param output its standard output and standard error, as they came
record HostCommand(int exitCode, String output) {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /// Runs a command and returns what it printed.
  ///
  /// @throws AssertionError if it fails, with its output
  static String output(Object... command) {
    return output(DEADLINE, command);
  }

  /// Runs a command that may take as long as `deadline` and returns what it printed.
  ///
  /// @throws AssertionError if it fails, with its output
  static String output(Duration deadline, Object... command) {
    HostCommand result = run(deadline, command);
    if (result.exitCode != 0) {
      throw new AssertionError(
          "%s ended with %d: %s".formatted(line(command), result.exitCode, result.output));
    }
    return result.output;
  }

  /// Runs a command, whatever it ends with.
  static HostCommand run(Object... command) {
    return run(DEADLINE, command);
  }

  private static HostCommand run(Duration deadline, Object... command) {
    try {
      // A file takes any amount of output without a thread that drains a pipe.
      Path output = Files.createTempFile("vexfs-command", ".out");
      try {
        return new HostCommand(exitCode(deadline, output, command), Files.readString(output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(line(command) + " cannot be run", e);
    }
  }

  private static int exitCode(Duration deadline, Path output, Object... command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words(command))
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile());
    // Messages are compared, so they must not be translated.
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(line(command) + " did not end within " + deadline);
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(line(command) + " was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String line(Object... command) {
    return String.join(" ", words(command));
  }

  private static List<String> words(Object... command) {
    return Arrays.stream(command).map(Object::toString).toList();
  }
}
