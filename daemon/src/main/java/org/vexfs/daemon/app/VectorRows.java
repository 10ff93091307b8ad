package org.vexfs.daemon.app;

import java.io.IOException;
import java.util.Optional;
import org.vexfs.daemon.base.VectorMatrix;

/// Vectors to be imported, each with the file that is to have them.
interface VectorRows extends AutoCloseable {
  /// The vectors of one file.
  ///
  /// @param path relative to the directory that is imported into
  record Row(String path, String collection, VectorMatrix matrix) {}

  /// Work in all, in the unit of [#done].
  long total();

  /// How much of it is behind [#next].
  long done();

  /// The next file's vectors; empty at the end.
  Optional<Row> next() throws IOException, CommandException;

  @Override
  void close() throws IOException;
}
