package org.vexfs.daemon.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs stats`.
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    description = {
      "Prints figures of a mount: vectors, searches, disk and memory.",
      "`MOUNT/.vexfs/metrics` has the same for Prometheus."
    })
final class StatsCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MOUNT", description = "the mount point or a directory in it")
  private Path mount = Path.of("");

  @Option(names = "--json", description = "print the JSON object as the mount gives it")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    String stats = Files.readString(MountedDirectory.of(mount).control("stats"));
    if (json) {
      System.out.print(stats);
    } else {
      Map<String, Object> figures = Json.object(stats);
      figures.forEach((key, value) -> {
        if (!(value instanceof List<?>)) {
          System.out.printf("%-18s %s%n", key.replace('_', ' '), value);
        }
      });
      System.out.println("collections        see `vexfs collections " + mount + "`");
    }
    return 0;
  }
}
