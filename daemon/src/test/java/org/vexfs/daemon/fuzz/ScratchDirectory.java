package org.vexfs.daemon.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A directory of a target's own, in the system's directory for temporary files.
public final class ScratchDirectory implements AutoCloseable {
  private final Path path;

  /// Makes it.
  public ScratchDirectory() {
    try {
      path = Files.createTempDirectory("vexfs-fuzz").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where it is.
  public Path path() {
    return path;
  }

  /// Removes it with all that is in it.
  @Override
  public void close() throws IOException {
    try (Stream<Path> found = Files.walk(path)) {
      List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    }
  }
}
