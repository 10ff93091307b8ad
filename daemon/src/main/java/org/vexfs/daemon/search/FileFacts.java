package org.vexfs.daemon.search;

import java.util.Map;

/// What the host knows of a file that filters may ask about.
///
/// @param size bytes
/// @param mtime seconds of the epoch at which its content was last changed
/// @param uid owner
/// @param gid group
/// @param mode permission bits
/// @param attributes the values of those `user.*` attributes that were asked for and that it has,
///   names and values one char a byte
public record FileFacts(
    long size, double mtime, int uid, int gid, int mode, Map<String, String> attributes) {
  /// Makes the map immutable.
  public FileFacts {
    attributes = Map.copyOf(attributes);
  }

  /// A time as `mtime` has it.
  public static double seconds(long seconds, long nanos) {
    return seconds + nanos / 1e9;
  }
}
