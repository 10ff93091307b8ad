package org.vexfs.daemon.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What programs see of files, done to a mount and to a plain directory of the same file system:
/// whatever is printed must be the same. Each behaviour is a Python program beside `prelude.py`,
/// which says what they have in common.
///
/// Where the mount comes from is a subclass's affair.
@Timeout(120)
public abstract class PosixBehaviour {
  private static final String PROGRAMS = "/org/vexfs/daemon/posix";
  private static final String PRELUDE = "prelude.py";
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  /// A directory in the mount.
  protected abstract Path mounted();

  /// A directory of the host's file system that holds what is mounted.
  protected abstract Path plain() throws IOException;

  @ParameterizedTest
  @MethodSource("programs")
  void behaviour_isThatOfAPlainDirectory(String name) throws Exception {
    String program =
        Files.readString(folder().resolve(PRELUDE)) + Files.readString(folder().resolve(name));
    assertSameOutput(program, name.replace(".py", ""));
  }

  /// Runs a program, given a directory of this name as its argument, in both.
  protected final void assertSameOutput(String program, String name) throws IOException {
    Path script = Files.writeString(plain().resolve(name + ".py"), program, UTF_8);
    String expected = run(script, plain().resolve(name));
    String actual = run(script, mounted().resolve(name));
    assertFalse(expected.isBlank());
    assertEquals(expected, actual);
  }

  private static String run(Path script, Path directory) throws IOException {
    Files.createDirectory(directory);
    return Command.of("/usr/bin/python3", script, directory).within(DEADLINE).output();
  }

  static Stream<String> programs() throws Exception {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".py") && !name.equals(PRELUDE))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static Path folder() throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(PosixBehaviour.class.getResource(PROGRAMS), PROGRAMS).toURI());
  }
}
