package org.vexfs.daemon.mount;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// A program for [Command#python] that brings the kernel to ask for every operation.
final class EveryOperation {
  private EveryOperation() {}

  /// Its text; its arguments are the mount point and how many rounds.
  static String program() throws IOException {
    try (InputStream text =
        Objects.requireNonNull(EveryOperation.class.getResourceAsStream("every_operation.py"))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
