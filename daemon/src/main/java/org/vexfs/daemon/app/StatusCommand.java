package org.vexfs.daemon.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs status`.
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Says how a mount is: 0 if it answers and its vectors are up, 1 if not.")
final class StatusCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MOUNT", description = "the mount point or a directory in it")
  private Path mount = Path.of("");

  @Option(names = "--json", description = "print the status as the mount gives it")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    Map<String, Object> status = directory.status();
    if (json) {
      System.out.print(Files.readString(directory.control("status")));
    } else {
      print(status, "");
    }
    return "failed".equals(status.get("state")) ? 1 : 0;
  }

  private static void print(Map<?, ?> object, String indent) {
    object.forEach((key, value) -> {
      String name = indent + String.valueOf(key).replace('_', ' ') + ":";
      if (value instanceof List<?> list) {
        System.out.println(name);
        list.forEach(element -> System.out.println(indent + "  " + line(element)));
      } else {
        System.out.println(name + " " + value);
      }
    });
  }

  /// An element of a list on one line: its first value, then the others by name.
  private static String line(Object element) {
    if (!(element instanceof Map<?, ?> map)) {
      return String.valueOf(element);
    }
    StringBuilder line = new StringBuilder();
    map.forEach((key, value) ->
        line.append(line.isEmpty() ? String.valueOf(value) : ", " + key + " " + value));
    return line.toString();
  }
}
