package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Objects;

/// A regular file in a mount.
///
/// @param directory the one that it lies in
/// @param path absolute, without symbolic links
record MountedFile(MountedDirectory directory, Path path) {
  /// Checks that `path` is one.
  static MountedFile of(Path path) throws CommandException, IOException {
    Path real;
    try {
      real = path.toRealPath();
    } catch (IOException e) {
      throw new CommandException(path + " does not exist or cannot be reached");
    }
    if (!Files.isRegularFile(real)) {
      throw new CommandException(path + " is no regular file, and only those have vectors");
    }
    return new MountedFile(MountedDirectory.of(Objects.requireNonNull(real.getParent())), real);
  }

  UserDefinedFileAttributeView attributes() {
    return Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
  }

  /// Its vectors in a collection, as a NumPy file.
  Path vectors(String collection) {
    return directory.vectors(collection, directory.path().relativize(path));
  }
}
