package org.vexfs.daemon.base;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// What is logged: lines of the level that holds, and of those above it. The level is the whole
/// process's, and may change at any time.
public enum LogLevel {
  /// Every request.
  TRACE,
  /// What helps to find out why something is as it is.
  DEBUG,
  /// What happens to the mount.
  INFO,
  /// What should not be, and did no harm yet.
  WARN,
  /// What went wrong.
  ERROR;

  /// All of them, for messages.
  public static final String NAMES =
      Arrays.stream(values()).map(LogLevel::label).collect(Collectors.joining(", "));

  private static volatile LogLevel threshold = INFO;

  /// How users write it.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The level that users call `label`.
  public static Optional<LogLevel> of(String label) {
    return Arrays.stream(values()).filter(level -> level.label().equals(label)).findFirst();
  }

  /// The level that holds.
  public static LogLevel threshold() {
    return threshold;
  }

  /// From now on, this level holds.
  public void hold() {
    threshold = this;
  }

  /// Whether lines of this level are logged.
  public boolean isLogged() {
    return compareTo(threshold) >= 0;
  }
}
