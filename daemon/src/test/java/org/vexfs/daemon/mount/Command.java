package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A command of the host, to be run to its end or to its deadline, whichever comes first.
///
/// Messages come untranslated, and standard input is empty.
final class Command {
  /// The user and group that own nothing.
  static final int NOBODY = 65534;

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final List<String> words;
  private final Map<String, String> environment = new TreeMap<>();
  private @Nullable Path directory;
  private Duration deadline = DEADLINE;

  /// How a command ended.
  ///
  /// @param exitCode its status, 128 + N where signal N killed it
  /// @param output standard output and standard error, as they came
  record Result(int exitCode, String output) {}

  private Command(List<String> words) {
    this.words = words;
    environment.put("LC_ALL", "C.UTF-8");
  }

  /// The program and its arguments, nothing in them interpreted.
  static Command of(Object... words) {
    return new Command(new ArrayList<>(Arrays.stream(words).map(Object::toString).toList()));
  }

  /// A script for the shell, which ends at the first command that fails; `arguments` are `$1` and
  /// so on.
  static Command script(String script, Object... arguments) {
    Command command = of("bash", "-euc", "-o", "pipefail", script, "bash");
    Arrays.stream(arguments).map(Object::toString).forEach(command.words::add);
    return command;
  }

  /// A program for the Python that Debian's packages belong to; `arguments` are `sys.argv[1:]`.
  static Command python(String program, Object... arguments) {
    Command command = of("/usr/bin/python3", "-c", program);
    Arrays.stream(arguments).map(Object::toString).forEach(command.words::add);
    return command;
  }

  /// Runs in `directory`.
  Command in(Path newDirectory) {
    directory = newDirectory;
    return this;
  }

  /// Runs with the environment variable `name` set.
  Command with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /// Runs as the user [#NOBODY], without further groups.
  Command asNobody() {
    return as(List.of("--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
  }

  /// Runs as the user and groups that these options of setpriv(1) say.
  Command as(List<String> options) {
    words.addAll(0, List.of("setpriv"));
    words.addAll(1, options);
    words.add(1 + options.size(), "--");
    return this;
  }

  /// May take as long as `newDeadline`.
  Command within(Duration newDeadline) {
    deadline = newDeadline;
    return this;
  }

  /// Runs it and returns what it printed.
  ///
  /// @throws AssertionError if it fails, with its output
  String output() {
    Result result = run();
    if (result.exitCode != 0) {
      throw new AssertionError(
          "%s ended with %d: %s".formatted(this, result.exitCode, result.output));
    }
    return result.output;
  }

  /// Runs it and returns what it said when it failed.
  ///
  /// @throws AssertionError if it succeeds
  String failure() {
    Result result = run();
    assertNotEquals(0, result.exitCode, () -> this + " succeeded: " + result.output);
    return result.output;
  }

  /// Runs it, whatever it ends with.
  Result run() {
    try {
      // A file takes any amount of output without a thread that drains a pipe.
      Path output = Files.createTempFile("vexfs-command", ".out");
      try {
        int exitCode = run(output);
        return new Result(exitCode, new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(this + " cannot be run", e);
    }
  }

  private int run(Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    Process process = builder.start();
    try {
      if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "%s did not end within %s; it had printed: %s"
                .formatted(this, deadline, Files.readString(output)));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(this + " was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  @Override
  public String toString() {
    return String.join(" ", words);
  }
}
