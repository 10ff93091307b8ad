package org.vexfs.daemon.app;

import java.nio.file.Path;

/// Sends the log to a file instead of standard error. Only before the first logger is made: tinylog
/// reads its settings once.
final class LogFile {
  private LogFile() {}

  static void use(Path file) {
    System.setProperty("tinylog.writer.file", file.toString());
    System.setProperty("tinylog.writer.append", "true");
  }
}
