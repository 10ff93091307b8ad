package org.vexfs.daemon.app;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.vexfs.daemon.search.VectorAttribute;
import org.vexfs.daemon.store.NpyFormat;
import org.vexfs.daemon.store.VectorValues;

/// Writes vectors to a directory's `.vexfs/import`, in the form that is quickest to write and to
/// read.
final class BulkImport {
  /// The kernel hands on a write of this size as one request.
  private static final int BUFFER_BYTES = 1 << 20;

  private final MountedDirectory directory;
  private final boolean resume;
  private long imported;
  private long present;

  /// @param resume whether files are passed over that have these vectors
  BulkImport(MountedDirectory directory, boolean resume) {
    this.directory = directory;
    this.resume = resume;
  }

  /// Imports everything; returns whether all of it was taken.
  ///
  /// @param unit what the rows count their progress in
  boolean run(VectorRows rows, String unit) throws IOException, CommandException {
    Instant start = Instant.now();
    long startNanos = System.nanoTime();
    boolean complete = true;
    try (OutputStream out =
            new BufferedOutputStream(
                Files.newOutputStream(directory.control("import"), StandardOpenOption.WRITE),
                BUFFER_BYTES);
        ProgressBar progress = new ProgressBar(unit, rows.total())) {
      for (Optional<VectorRows.Row> row = rows.next(); row.isPresent(); row = rows.next()) {
        write(out, row.get());
        progress.reach(rows.done());
      }
    } catch (IOException e) {
      long refused = printRefused(start);
      if (refused == 0) {
        throw new CommandException(directory.causeOf(e));
      }
      imported -= refused;
      complete = false;
    }
    double seconds = Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1e3;
    System.err.printf(
        "%d files got vectors in %.1f s (%.0f/s)%s%s%n",
        imported,
        seconds,
        imported / Math.max(1e-3, seconds),
        present == 0 ? "" : ", " + present + " had them already",
        complete ? "" : "; others were refused, see above");
    return complete;
  }

  private void write(OutputStream out, VectorRows.Row row) throws IOException {
    if (resume && isPresent(row, VectorValues.toRaw(row.matrix()))) {
      present++;
      return;
    }
    StringBuilder line = new StringBuilder("{\"path\":\"");
    line.append(JsonStringEncoder.getInstance().quoteAsString(row.path()));
    line.append("\",\"collection\":\"");
    line.append(JsonStringEncoder.getInstance().quoteAsString(row.collection()));
    line.append("\",\"vector\":\"");
    out.write(escapeLoneSurrogates(line).getBytes(StandardCharsets.UTF_8));
    // With its shape: raw values of twice the dimension would pass for two rows.
    byte[] npy = NpyFormat.encode(row.matrix(), row.matrix().rows() == 1);
    out.write(Base64.getEncoder().encode(npy));
    out.write("\"}\n".getBytes(StandardCharsets.US_ASCII));
    imported++;
  }

  /// Bytes of names that are no text, see [TreePath].
  private static String escapeLoneSurrogates(StringBuilder line) {
    StringBuilder escaped = new StringBuilder(line.length());
    line.codePoints()
        .forEach(c -> {
          if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
            escaped.append(String.format("\\u%04x", c));
          } else {
            escaped.appendCodePoint(c);
          }
        });
    return escaped.toString();
  }

  private boolean isPresent(VectorRows.Row row, byte[] raw) {
    try {
      Path file = directory.path().resolve(row.path());
      UserDefinedFileAttributeView attributes =
          Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
      ByteBuffer value = ByteBuffer.allocate(raw.length);
      int read = attributes.read(VectorAttribute.javaNameOf(row.collection()), value);
      return read == raw.length && Arrays.equals(value.array(), raw);
    } catch (IOException | InvalidPathException none) {
      return false;
    }
  }

  /// Prints why lines were refused, as far as it was kept; returns how many were.
  private long printRefused(Instant since) throws IOException {
    long refused = 0;
    for (String line : Files.readAllLines(directory.control("errors"), StandardCharsets.UTF_8)) {
      Map<String, Object> error = Json.object(line);
      boolean isOurs = !Instant.parse(String.valueOf(error.get("time"))).isBefore(since);
      String cause = String.valueOf(error.get("cause"));
      if (isOurs && "import".equals(error.get("operation"))) {
        System.err.println("vexfs: " + error.get("path") + ": " + cause);
      } else if (isOurs && cause.contains(" lines were refused")) {
        refused = Long.parseLong(cause.substring(0, cause.indexOf(' ')));
      }
    }
    return refused;
  }
}
