package org.vexfs.daemon.app;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.store.NpyFormat;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;
import org.vexfs.daemon.store.VectorValues;

/// Writes the vectors of one collection as one NumPy array of float32, shape (n, d), which
/// `numpy.memmap` and `numpy.load(…, mmap_mode="r")` map, and a list with the path of each row's
/// file.
final class MatrixExport {
  private final VectorStore store;
  private final VectorCollection collection;
  private final TreePath scope;
  private long rows;

  /// @param scope below which files are exported, and to which their paths are relative
  MatrixExport(VectorStore store, VectorCollection collection, TreePath scope) {
    this.store = store;
    this.collection = collection;
    this.scope = scope;
  }

  /// Writes both files; returns the number of rows.
  ///
  /// @param separator what follows each path: a line feed, or NUL
  long write(Path matrix, Path list, char separator) throws IOException, VectorFailure {
    try (RandomAccessFile file = new RandomAccessFile(matrix.toFile(), "rw");
        OutputStream paths = new BufferedOutputStream(Files.newOutputStream(list))) {
      file.setLength(0);
      file.write(NpyFormat.header(0, collection.dimension()));
      try (OutputStream values =
          new BufferedOutputStream(Channels.newOutputStream(file.getChannel()))) {
        StoreEntries.forEach(
            store,
            collection,
            (_, names) -> {
              Optional<TreePath> path =
                  names.stream().filter(name -> name.isWithin(scope)).findFirst();
              if (path.isPresent()) {
                writeEntry(names, path.get().relativeTo(scope), values, paths, separator);
              }
            });
        values.flush();
        // The number of rows is known only now.
        file.seek(0);
        file.write(NpyFormat.header(rows, collection.dimension()));
      }
    }
    return rows;
  }

  private void writeEntry(
      List<TreePath> names, TreePath path, OutputStream values, OutputStream paths, char separator)
      throws IOException, VectorFailure {
    Optional<VectorMatrix> matrix = store.get(names.getFirst(), 0, collection.name());
    VectorMatrix present =
        matrix.orElseThrow(() -> new IOException(path + " has lost its vectors"));
    values.write(VectorValues.toRaw(present));
    byte[] line = (path.bytes() + separator).getBytes(StandardCharsets.ISO_8859_1);
    for (int row = 0; row < present.rows(); row++) {
      paths.write(line);
    }
    rows += present.rows();
  }
}
