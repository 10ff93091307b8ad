package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where a file system is mounted, according to `/proc/self/mountinfo`.
///
/// @param path the directory
/// @param type `fuse.vexfs` for ours
/// @param source what is shown there
/// @param isReadOnly whether it takes no changes
record Mountpoint(Path path, String type, String source, boolean isReadOnly) {
  private static final Path MOUNT_TABLE = Path.of("/proc/self/mountinfo");
  private static final int MOUNT_POINT_FIELD = 4;
  private static final int MOUNT_OPTIONS_FIELD = 5;
  private static final int FILE_SYSTEM_OPTIONS_FIELD = 2;

  /// Type of a VexFS mount in mount tables.
  static final String VEXFS_TYPE = "fuse.vexfs";

  /// The topmost file system mounted exactly at `path`, an absolute path.
  static Optional<Mountpoint> at(Path path) throws IOException {
    try (var lines = Files.lines(MOUNT_TABLE, StandardCharsets.UTF_8)) {
      return lines
          .map(Mountpoint::parse)
          .filter(mount -> mount.path.equals(path))
          .reduce((a, b) -> b);
    }
  }

  /// The VexFS mount in which `path` lies, itself included.
  static Optional<Mountpoint> vexfsAbove(Path path) throws IOException {
    for (Path at = path.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
      Optional<Mountpoint> mount = at(at);
      if (mount.isPresent()) {
        return mount.filter(Mountpoint::isVexfs);
      }
    }
    return Optional.empty();
  }

  /// Whether a VexFS daemon serves it, or did.
  boolean isVexfs() {
    return type.equals(VEXFS_TYPE);
  }

  private static Mountpoint parse(String line) {
    String[] halves = line.split(" - ", 2);
    String[] own = halves[0].split(" ", -1);
    String[] fileSystem = halves[1].split(" ", -1);
    return new Mountpoint(
        Path.of(unescape(own[MOUNT_POINT_FIELD])),
        fileSystem[0],
        unescape(fileSystem[1]),
        isReadOnly(own[MOUNT_OPTIONS_FIELD]) || isReadOnly(fileSystem[FILE_SYSTEM_OPTIONS_FIELD]));
  }

  private static boolean isReadOnly(String options) {
    return List.of(options.split(",", -1)).contains("ro");
  }

  /// The kernel writes space, tab, newline and backslash as `\` and three octal digits.
  private static String unescape(String field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(field.charAt(i));
      }
    }
    return text.toString();
  }
}
