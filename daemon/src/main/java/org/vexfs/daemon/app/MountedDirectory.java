package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.overlay.Overlay;

/// A directory inside a VexFS mount, as the other commands use it: through its `.vexfs`, like
/// anybody.
///
/// @param path absolute, without symbolic links
record MountedDirectory(Path path) {
  /// Checks that `path` is one.
  static MountedDirectory of(Path path) throws CommandException, IOException {
    Path real;
    try {
      real = path.toRealPath();
    } catch (IOException e) {
      throw new CommandException(path + " does not exist or cannot be reached");
    }
    if (Mountpoint.vexfsAbove(real).isEmpty()) {
      throw new CommandException(path + " does not lie in a VexFS mount");
    }
    if (!Files.isDirectory(real)) {
      throw new CommandException(path + " is not a directory");
    }
    return new MountedDirectory(real);
  }

  /// Where it lies in the mount.
  TreePath inMount() throws IOException, CommandException {
    Mountpoint above =
        Mountpoint.vexfsAbove(path)
            .orElseThrow(() -> new CommandException(path + " does not lie in a VexFS mount"));
    return TreePath.ofText(above.path().relativize(path).toString());
  }

  /// The file or directory `name` under its `.vexfs`.
  Path control(String name) {
    return path.resolve(Overlay.CONTROL_NAME).resolve(name);
  }

  /// What its `.vexfs` has of a collection.
  Path collection(String name) {
    return control("collections").resolve(name);
  }

  /// The vectors of a file below it in a collection, as a NumPy file.
  ///
  /// @param file relative to the directory
  Path vectors(String collection, Path file) {
    return collection(collection).resolve("vectors").resolve(file + ".npy");
  }

  /// What `status` says.
  Map<String, Object> status() throws IOException {
    return Json.object(Files.readString(control("status")));
  }

  /// Where the mount keeps its vectors.
  Path store() throws IOException {
    return Path.of(String.valueOf(status().get("store")));
  }

  /// Why the last operation of this user failed, or what the system says where nothing was kept.
  String causeOf(IOException failure) {
    try {
      List<String> errors = Files.readAllLines(control("errors"), StandardCharsets.UTF_8);
      if (!errors.isEmpty()) {
        return String.valueOf(Json.object(errors.getLast()).get("cause"));
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return String.valueOf(failure.getMessage());
  }
}
