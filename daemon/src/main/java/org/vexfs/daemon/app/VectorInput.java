package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where a command reads a vector from.
final class VectorInput {
  private static final String STANDARD_INPUT = "-";

  private VectorInput() {}

  /// The content of a file, or of standard input for `-`.
  static byte[] read(Path file) throws IOException {
    return file.toString().equals(STANDARD_INPUT)
        ? System.in.readAllBytes()
        : Files.readAllBytes(file);
  }
}
