package org.vexfs.daemon.app;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorMatrix;

/// The rows of a [MatrixFile] with a list of paths, one a row. Rows that follow one another and
/// have the same path are the rows of one entry.
final class MatrixRows implements VectorRows {
  private final Arena arena = Arena.ofConfined();
  private final MatrixFile matrix;
  private final List<String> paths;
  private final String collection;
  private int at;

  /// @param paths a file with a path a line, or with NUL between them
  MatrixRows(Path file, Path paths, String collection) throws IOException, CommandException {
    boolean isOpen = false;
    try {
      this.matrix = MatrixFile.open(file, arena);
      this.paths = read(paths);
      this.collection = collection;
      if (this.paths.size() != matrix.rows()) {
        throw new CommandException(
            "%s has %d rows, and %s %d paths"
                .formatted(file, matrix.rows(), paths, this.paths.size()));
      }
      isOpen = true;
    } finally {
      if (!isOpen) {
        arena.close();
      }
    }
  }

  /// Names need not be text.
  private static List<String> read(Path list) throws IOException {
    String bytes = new String(Files.readAllBytes(list), StandardCharsets.ISO_8859_1);
    String separator = bytes.indexOf('\0') >= 0 ? "\0" : "\n";
    String end = bytes.endsWith(separator) ? "" : separator;
    String[] parts = (bytes + end).split(separator, -1);
    return List.of(parts).subList(0, parts.length - 1).stream().map(TreePath::textOfBytes).toList();
  }

  @Override
  public long total() {
    return matrix.rows();
  }

  @Override
  public long done() {
    return at;
  }

  @Override
  public Optional<Row> next() {
    if (at == paths.size()) {
      return Optional.empty();
    }
    int first = at;
    String path = paths.get(first);
    while (at < paths.size() && paths.get(at).equals(path)) {
      at++;
    }
    int rows = at - first;
    float[] values = new float[rows * matrix.dimension()];
    for (int row = 0; row < rows; row++) {
      matrix.read(first + row, values, row * matrix.dimension());
    }
    return Optional.of(
        new Row(path, collection, new VectorMatrix(rows, matrix.dimension(), values)));
  }

  @Override
  public void close() {
    arena.close();
  }
}
