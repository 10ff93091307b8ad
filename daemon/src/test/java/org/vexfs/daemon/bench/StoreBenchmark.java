package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.store.Pace;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.Upkeep;
import org.vexfs.daemon.store.UpkeepThread;
import org.vexfs.daemon.store.VectorStore;

/// Times what a store does outside of searches: filling, closing, opening, deleting, compacting.
///
/// `StoreBenchmark fill DIR COUNT DIMENSION`, `open DIR`, `shrink DIR` (deletes nine of ten entries
/// and compacts); each prints one line a step. Opening is worth timing in a process of its own.
public final class StoreBenchmark {
  private static final int FILES_A_DIRECTORY = 1000;

  private StoreBenchmark() {}

  /// Runs one step.
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "fill" ->
          fill(directory, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
      case "open" -> open(directory).close();
      case "shrink" -> shrink(directory);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static VectorStore open(Path directory) throws IOException, VectorFailure {
    long start = System.nanoTime();
    try (UnrecoveredStore unrecovered =
        UnrecoveredStore.open(HostDirectory.at(directory), StoreOptions.DEFAULT)) {
      UnrecoveredStore.Recovered recovered = unrecovered.recover(_ -> 0);
      System.out.printf(
          "opened %d entries in %d ms: %d records replayed after %s%n",
          recovered.store().state().entries(),
          millisSince(start),
          recovered.report().records(),
          recovered.report().checkpoint().orElse("no checkpoint"));
      return recovered.store();
    }
  }

  private static TreePath path(int i) {
    return new TreePath("d" + i / FILES_A_DIRECTORY + "/document-" + i + ".md");
  }

  private static void fill(Path directory, int count, int dimension) throws Exception {
    VectorStore store = open(directory);
    Random random = new Random(1);
    long slowestNanos = 0;
    long start = System.nanoTime();
    try (UpkeepThread _ = UpkeepThread.over(store)) {
      for (int i = 0; i < count; i++) {
        float[] values = new float[dimension];
        for (int j = 0; j < dimension; j++) {
          values[j] = random.nextFloat();
        }
        long before = System.nanoTime();
        store.put(path(i), i + 1L, "default", VectorMatrix.ofVector(values));
        slowestNanos = Math.max(slowestNanos, System.nanoTime() - before);
      }
    }
    System.out.printf(
        "filled in %d ms, checkpoints meanwhile; the slowest put took %d ms%n",
        millisSince(start), slowestNanos / 1_000_000);
    close(store, directory);
  }

  private static void close(VectorStore store, Path directory) throws Exception {
    long start = System.nanoTime();
    store.close();
    System.out.printf("closed in %d ms; %d bytes%n", millisSince(start), bytes(directory));
  }

  private static void shrink(Path directory) throws Exception {
    VectorStore store = open(directory);
    long before = bytes(directory);
    long entries = store.state().entries();
    long start = System.nanoTime();
    for (int i = 0; i < entries; i++) {
      if (i % 10 != 0) {
        store.unlinked(path(i));
      }
    }
    System.out.printf("deleted nine of ten in %d ms%n", millisSince(start));
    start = System.nanoTime();
    Upkeep.Compacted done = store.upkeep().compact(true, Pace.FULL);
    System.out.printf("compacted in %d ms: %s%n", millisSince(start), done);
    close(store, directory);
    System.out.printf("%.1f %% of %d bytes are left%n", 100.0 * bytes(directory) / before, before);
  }

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static long millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }
}
