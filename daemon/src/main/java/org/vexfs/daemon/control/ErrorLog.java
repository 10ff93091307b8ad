package org.vexfs.daemon.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.TreePath;

/// The last failures of vector operations, for `.vexfs/errors`: an errno tells a caller that
/// something was wrong, this tells what.
public final class ErrorLog {
  /// Failures kept; older ones make room.
  private static final int MAX_ENTRIES = 256;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  @GuardedBy("this")
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();

  /// A failure.
  ///
  /// @param time when
  /// @param uid who was refused
  /// @param operation what they called
  /// @param path which file or directory it was about
  /// @param errno what they got
  /// @param cause why
  private record Entry(
      Instant time, int uid, String operation, TreePath path, int errno, String cause) {}

  /// Keeps a failure.
  public synchronized void add(
      Caller caller, String operation, TreePath path, int errno, String cause) {
    if (entries.size() == MAX_ENTRIES) {
      entries.removeFirst();
    }
    entries.addLast(new Entry(Instant.now(), caller.uid(), operation, path, errno, cause));
  }

  /// The failures that concern files below a directory, oldest first, as JSON lines with paths
  /// relative to it. A caller sees its own; root sees all.
  public byte[] toJsonLines(TreePath directory, Caller caller) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (Entry entry : snapshot()) {
      boolean mayKnow = caller.uid() == 0 || caller.uid() == entry.uid();
      if (mayKnow && entry.path().isWithin(directory)) {
        write(entry, directory, lines);
        lines.write('\n');
      }
    }
    return lines.toByteArray();
  }

  private synchronized List<Entry> snapshot() {
    return List.copyOf(entries);
  }

  private static void write(Entry entry, TreePath directory, ByteArrayOutputStream lines) {
    try (JsonGenerator json = JSON.createGenerator(lines)) {
      json.writeStartObject();
      json.writeStringField("time", entry.time().toString());
      json.writeStringField("operation", entry.operation());
      json.writeStringField("path", entry.path().relativeTo(directory).toText());
      json.writeStringField("errno", Errno.nameOf(entry.errno()));
      json.writeStringField("cause", entry.cause());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
