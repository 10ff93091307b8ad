package org.vexfs.daemon.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tinylog.Level;
import org.tinylog.core.LogEntry;
import org.tinylog.runtime.RuntimeProvider;

final class LogWriterTest {
  @TempDir private Path directory;

  private static LogEntry line(String message) {
    return new LogEntry(
        RuntimeProvider.createTimestamp(),
        Thread.currentThread(),
        Map.of(),
        "org.vexfs.Some",
        "method",
        "Some.java",
        1,
        null,
        Level.ERROR,
        message,
        null);
  }

  @Test
  void file_thatCannotBeOpened_isTriedWithTheNextLine() throws Exception {
    // tinylog makes directories that are missing; it cannot make this one.
    Path parent = Files.createFile(directory.resolve("log"));
    Path file = parent.resolve("vexfs.log");
    LogWriter writer =
        new LogWriter(Map.of("file", file.toString(), "format", "{message}", "append", "true"));

    writer.write(line("to the console"));
    assertFalse(Files.exists(file));
    Files.delete(parent);
    Files.createDirectory(parent);
    writer.write(line("to the file"));
    writer.close();

    assertEquals(List.of("to the file"), Files.readAllLines(file));
  }
}
