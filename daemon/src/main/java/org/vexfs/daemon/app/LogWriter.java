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
/// the property `file`, or to the console.
///
/// Made by tinylog, by its name in `tinylog.properties`.
public final class LogWriter implements Writer {
  private final Writer target;
  private final RepeatedLines repeated = new RepeatedLines();

  /// A writer with these properties of tinylog's.
  public LogWriter(Map<String, String> properties) throws IOException {
    target =
        properties.containsKey("file") ? new FileWriter(properties) : new ConsoleWriter(properties);
  }

  @Override
  public Collection<LogEntryValue> getRequiredLogEntryValues() {
    Set<LogEntryValue> values = EnumSet.of(LogEntryValue.LEVEL, LogEntryValue.MESSAGE);
    values.addAll(target.getRequiredLogEntryValues());
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
      target.write(with(line, verdict.leftOut() + " lines like the following were left out"));
    }
    if (verdict.isWritten()) {
      target.write(line);
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
    target.flush();
  }

  @Override
  public void close() throws Exception {
    target.close();
  }
}
