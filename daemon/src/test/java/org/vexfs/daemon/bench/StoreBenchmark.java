package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.search.CollectionIndexes;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.OpenView;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.search.SearchView;
import org.vexfs.daemon.store.Pace;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.Upkeep;
import org.vexfs.daemon.store.UpkeepThread;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// Times what a store does outside of searches: filling, closing, opening, indexing, deleting,
/// compacting.
///
/// `StoreBenchmark fill DIR COUNT DIMENSION`, `open DIR`, `index DIR` (builds the graph, or catches
/// up with it, and closes), `search DIR` (opens, and times the first answer and the reading of the
/// graph, or catching up with it, for at most `-Dvexfs.graphMillis`), `shrink DIR` (deletes nine of
/// ten entries and compacts); each prints one line a step, and the bytes of what it leaves. Opening
/// and searching are worth timing in a process of their own.
public final class StoreBenchmark {
  private static final int FILES_A_DIRECTORY = 1000;

  private static final long POLL_MILLIS = 5;

  /// How long `search` waits for the graph.
  private static final long GRAPH_MILLIS = Long.getLong("vexfs.graphMillis", 60_000);

  private static final SearchView EVERYTHING = new OpenView();

  private StoreBenchmark() {}

  /// Runs one step.
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "fill" ->
          fill(directory, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
      case "open" -> open(directory).close();
      case "index" -> index(directory);
      case "search" -> search(directory);
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
    System.out.printf("closed in %d ms; %d bytes%n", millisSince(start), bytes(directory, ""));
    for (String kind : List.of(".vexlog", ".vexcheck", ".vexgraph")) {
      System.out.printf("%12d bytes in *%s%n", bytes(directory, kind), kind);
    }
  }

  private static void index(Path directory) throws Exception {
    VectorStore store = open(directory);
    long start = System.nanoTime();
    try (CollectionIndexes indexes = new CollectionIndexes(store)) {
      awaitIndexed(store, indexes, Long.MAX_VALUE);
      System.out.printf("indexed in %d ms%n", millisSince(start));
      start = System.nanoTime();
    }
    System.out.printf("graph written in %d ms%n", millisSince(start));
    close(store, directory);
  }

  /// Waits until nothing is pending, or for so long.
  private static void awaitIndexed(VectorStore store, CollectionIndexes indexes, long millis)
      throws InterruptedException {
    VectorCollection collection = store.collection("default").orElseThrow();
    long start = System.nanoTime();
    while (indexes.pendingSlots(collection) > 0 && millisSince(start) < millis) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static void search(Path directory) throws Exception {
    long start = System.nanoTime();
    VectorStore store = open(directory);
    VectorCollection collection = store.collection("default").orElseThrow();
    System.out.printf("heap after opening: %d KiB%n", heapBytes() >> 10);
    try (CollectionIndexes indexes = new CollectionIndexes(store)) {
      KnnSearchEngine engine = new KnnSearchEngine(store, indexes);
      long asked = System.nanoTime();
      answer(engine, collection.dimension());
      System.out.printf(
          "first answer after %d ms, %d ms after the start; %d slots were not in the graph%n",
          millisSince(asked), millisSince(start), indexes.pendingSlots(collection));
      asked = System.nanoTime();
      answer(engine, collection.dimension());
      System.out.printf("another answer after %d us%n", (System.nanoTime() - asked) / 1000);
      indexes.awaitRead(collection);
      awaitIndexed(store, indexes, GRAPH_MILLIS);
      System.out.printf(
          "the graph read: %d ms after the start %d slots were not in the graph%n",
          millisSince(start), indexes.pendingSlots(collection));
      asked = System.nanoTime();
      answer(engine, collection.dimension());
      System.out.printf("another answer after %d us%n", (System.nanoTime() - asked) / 1000);
      System.out.printf("heap: %d KiB%n", heapBytes() >> 10);
    }
    close(store, directory);
  }

  private static void answer(KnnSearchEngine engine, int dimension) throws VectorFailure {
    float[] values = new float[dimension];
    Arrays.fill(values, 0.5f);
    Query query = Query.of(new Query.ByVector(VectorMatrix.ofVector(values)));
    System.out.printf(
        "%d hits%n",
        engine.search(query, TreePath.ROOT, EVERYTHING).results().getFirst().hits().size());
  }

  private static long heapBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static void shrink(Path directory) throws Exception {
    VectorStore store = open(directory);
    long before = bytes(directory, "");
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
    System.out.printf(
        "%.1f %% of %d bytes are left%n", 100.0 * bytes(directory, "") / before, before);
  }

  /// Bytes of the files whose names end so.
  private static long bytes(Path directory, String ending) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  private static long millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }
}
