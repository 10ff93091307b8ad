package org.vexfs.daemon.overlay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.vexfs.daemon.base.Caller;

/// The groups that a process belongs to.
final class SupplementaryGroups {
  private static final String FIELD = "Groups:";

  private SupplementaryGroups() {}

  /// The groups of the caller, that of the request included. Where its process is out of sight
  /// (another PID namespace, or gone), that one alone: it may do less then, rather than more.
  static Set<Integer> of(Caller caller) {
    Set<Integer> groups = new HashSet<>(Set.of(caller.gid()));
    Path status = Path.of("/proc", Integer.toString(caller.pid()), "status");
    try (var lines = Files.lines(status, ISO_8859_1)) {
      lines
          .filter(line -> line.startsWith(FIELD))
          .flatMap(line -> Arrays.stream(line.substring(FIELD.length()).strip().split(" ", 0)))
          .filter(group -> !group.isEmpty())
          .forEach(group -> groups.add(Integer.parseUnsignedInt(group)));
    } catch (IOException unseen) {
      return groups;
    }
    return groups;
  }
}
