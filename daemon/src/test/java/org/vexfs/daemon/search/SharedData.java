package org.vexfs.daemon.search;

import java.nio.file.Files;
import java.nio.file.Path;

/// Finds the data sets that lie beside the project.
final class SharedData {
  private SharedData() {}

  /// The file of this name in `shared/data`, looked for beside the working directory and each
  /// directory above it.
  static Path file(String name) {
    Path start = Path.of("").toAbsolutePath();
    for (Path directory = start; directory != null; directory = directory.getParent()) {
      Path file = directory.resolve("shared").resolve("data").resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new AssertionError("no shared/data/" + name + " beside or above " + start);
  }
}
