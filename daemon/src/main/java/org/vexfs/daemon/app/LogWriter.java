package org.vexfs.daemon.app;

import java.io.IOException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tinylog.Level;
import org.tinylog.core.LogEntry;
import org.tinylog.core.LogEntryValue;
import org.tinylog.writers.ConsoleWriter;
import org.tinylog.writers.FileWriter;
import org.tinylog.writers.Writer;
import org.vexfs.daemon.base.LogLevel;

/// What tinylog hands every line to: drops those below the level that holds ([LogLevel], which may
/// change), and those that repeat another too often ([RepeatedLines]). The others go to the file in
/// the property `file`, or to the console. A file that cannot be opened is tried with each line
/// anew, and the line goes to the console: a daemon whose disk is in trouble has something to say.
///
/// Made by tinylog, by its name in `tinylog.properties`.
public final class LogWriter implements Writer {
  private final Map<String, String> properties;
  private final Writer console;
  private @Nullable Writer file;
  private final RepeatedLines repeated = new RepeatedLines();

  /// A writer with these properties of tinylog's.
  public LogWriter(Map<String, String> properties) {
    this.properties = properties;
    this.console = new ConsoleWriter(properties);
  }

  private Writer target() {
    if (file == null && properties.containsKey("file")) {
      try {
        file = new FileWriter(properties);
      } catch (IOException e) {
        return console;
      }
    }
    return file == null ? console : file;
  }

  @Override
  public Collection<LogEntryValue> getRequiredLogEntryValues() {
    Set<LogEntryValue> values = EnumSet.of(LogEntryValue.LEVEL, LogEntryValue.MESSAGE);
    // They are those of the format, which a file and the console have in common.
    values.addAll(console.getRequiredLogEntryValues());
    return values;
  }

  @Override
  public void write(LogEntry line) throws Exception {
    if (!levelOf(line.getLevel()).isLogged()) {
      return;
    }
    @Nullable String message = line.getMessage();
    RepeatedLines.Verdict verdict =
        repeated.look(line.getLevel() + " " + line.getClassName(), message == null ? "" : message);
    if (verdict.leftOut() > 0) {
      target().write(with(line, verdict.leftOut() + " lines like the following were left out"));
    }
    if (verdict.isWritten()) {
      target().write(line);
    }
  }

  private static LogEntry with(LogEntry line, String message) {
    return new LogEntry(
        line.getTimestamp(),
        line.getThread(),
        line.getContext(),
        line.getClassName(),
        line.getMethodName(),
        line.getFileName(),
        line.getLineNumber(),
        line.getTag(),
        line.getLevel(),
        message,
        null);
  }

  private static LogLevel levelOf(Level level) {
    return switch (level) {
      case TRACE -> LogLevel.TRACE;
      case DEBUG -> LogLevel.DEBUG;
      case INFO -> LogLevel.INFO;
      case WARN -> LogLevel.WARN;
      case ERROR, OFF -> LogLevel.ERROR;
    };
  }

  @Override
  public void flush() throws Exception {
    target().flush();
  }

  @Override
  public void close() throws Exception {
    target().close();
  }
}
