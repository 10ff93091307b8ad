package org.vexfs.daemon.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs collections`.
@Command(
    name = "collections",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the collections of a mount: sets of vectors of one dimension and one metric.",
      "A collection comes into being with its first vector; --create makes one before, with a"
          + " metric of its own."
    })
final class CollectionsCommand implements Callable<Integer> {
  private static final String ROW = "%-24s %9s  %-10s %9s %9s  %s%n";

  @Parameters(paramLabel = "MOUNT", description = "the mount point or a directory in it")
  private Path mount = Path.of("");

  @Option(names = "--create", paramLabel = "NAME", description = "make a collection")
  private @Nullable String name;

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      description = "how it measures: euclidean (the default), cosine, dot, manhattan or hamming")
  private String metric = "euclidean";

  @Option(names = "--json", description = "print JSON lines")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    if (name != null) {
      new CollectionSettings(directory, name).useMetric(metric);
      return 0;
    }
    Map<String, Object> stats = Json.object(Files.readString(directory.control("stats")));
    List<?> collections = stats.get("collections") instanceof List<?> present ? present : List.of();
    if (!json) {
      System.out.printf(ROW, "NAME", "DIMENSION", "METRIC", "FILES", "VECTORS", "GRAPH");
    }
    for (Object each : collections) {
      if (json && each instanceof Map<?, ?> collection) {
        String collectionName = String.valueOf(collection.get("name"));
        Path file = directory.collection(collectionName).resolve("stats");
        System.out.print(Files.readString(file));
      } else if (each instanceof Map<?, ?> collection) {
        print(collection);
      }
    }
    return 0;
  }

  private static void print(Map<?, ?> collection) {
    Object pending = collection.get("pending_rows");
    System.out.printf(
        ROW,
        collection.get("name"),
        collection.get("dimension"),
        collection.get("metric"),
        collection.get("entries"),
        collection.get("rows"),
        Long.valueOf(0).equals(pending) ? "complete" : pending + " to come");
  }
}
