package org.vexfs.daemon.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  @Parameters(paramLabel = "MOUNT", description = "the mount point or a directory in it")
  private Path mount = Path.of("");

  @Option(names = "--json", description = "print the status as the mount gives it")
  private boolean json;

  @Option(names = "--wait", description = "wait until its vectors are up or have failed to come up")
  private boolean waits;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "how long to wait (default: 30)")
  private double timeoutSeconds = 30;

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    String text = read(directory);
    Map<String, Object> status = Json.object(text);
    if (json) {
      System.out.print(text);
    } else {
      print(status, "");
    }
    return "ready".equals(status.get("state")) ? 0 : 1;
  }

  /// The status, once it is what is waited for.
  private String read(MountedDirectory directory) throws Exception {
    Path file = directory.control("status");
    long deadline = System.nanoTime() + (long) (timeoutSeconds * 1e9);
    String text = Files.readString(file);
    while (waits && isStarting(text) && System.nanoTime() < deadline) {
      Thread.sleep(POLL_INTERVAL);
      text = Files.readString(file);
    }
    return text;
  }

  private static boolean isStarting(String text) throws Exception {
    return "starting".equals(Json.object(text).get("state"));
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
