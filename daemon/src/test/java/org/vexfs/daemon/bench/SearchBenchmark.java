package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.search.CollectionIndexes;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// Searches the same vectors in this process and through a mount, one client, and prints a table.
///
/// Arguments: the name of the data set, the folder of the data, an empty directory for a store, an empty mount of VexFS, the
/// number of rounds. `daemon/bench/search.sh` provides them.
final class SearchBenchmark {
  private static final int[] BREADTHS = {0, 64, 100, 200};
  private static final int WARM_UP_ROUNDS = 3;

  private final DataSet data;
  private final Path mountpoint;
  private final int rounds;

  private SearchBenchmark(DataSet data, Path mountpoint, int rounds) {
    this.data = data;
    this.mountpoint = mountpoint;
    this.rounds = rounds;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    DataSet data =
        switch (arguments[0]) {
          case "capdocs" -> DataSet.capdocs(folder);
          case "mnist" -> DataSet.mnist(folder);
          default -> throw new IllegalArgumentException("no data set " + arguments[0]);
        };
    SearchBenchmark benchmark =
        new SearchBenchmark(data, Path.of(arguments[3]), Integer.parseInt(arguments[4]));
    benchmark.run(HostDirectory.at(Path.of(arguments[2])));
  }

  private void run(HostDirectory directory) throws IOException, VectorFailure, InterruptedException {
    UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, StoreOptions.DEFAULT);
    VectorStore store = unrecovered.recover(path -> 0).store();
    System.out.printf(
        "%n%s, %,d vectors, %s%n%n",
        data.name(), data.base().size(), data.metric().id());
    VectorCollection collection =
        store.configure(Query.DEFAULT_COLLECTION, data.metric(), Optional.empty());
    report("put into the store, in process", putAll(store));
    try (CollectionIndexes indexes = new CollectionIndexes(store)) {
      report("index build, one thread, in process", build(indexes, collection));
      report("attach by setxattr and index, through the mount", attachAll());
      search(new KnnSearchEngine(store, indexes));
    }
    store.close();
  }

  private void report(String what, double seconds) {
    System.out.printf(
        Locale.ROOT, "- %s: %.0f vectors a second%n", what, data.base().size() / seconds);
  }

  private double putAll(VectorStore store) throws VectorFailure {
    long start = System.nanoTime();
    for (int i = 0; i < data.base().size(); i++) {
      store.put(
          TreePath.ofText(DataSet.path(i)), i + 1, Query.DEFAULT_COLLECTION, data.base().get(i));
    }
    return secondsSince(start);
  }

  private static double build(CollectionIndexes indexes, VectorCollection collection)
      throws InterruptedException {
    long start = System.nanoTime();
    indexes.start();
    while (indexes.pendingSlots(collection) > 0) {
      Thread.sleep(1);
    }
    return secondsSince(start);
  }

  /// Gives the mount the same vectors; files that are new, so that their creation is left out of the time.
  private double attachAll() throws IOException, InterruptedException {
    Files.writeString(
        mountpoint.resolve(".vexfs/collections/default/config"),
        "{\"metric\":\"" + data.metric().id() + "\"}");
    for (int i = 0; i < data.base().size(); i++) {
      Files.createFile(mountpoint.resolve(DataSet.path(i)));
    }
    long start = System.nanoTime();
    for (int i = 0; i < data.base().size(); i++) {
      Files.getFileAttributeView(
              mountpoint.resolve(DataSet.path(i)), UserDefinedFileAttributeView.class)
          .write("vexfs.vector", DataSet.raw(data.base().get(i)));
    }
    while (!Files.readString(mountpoint.resolve(".vexfs/status")).contains("\"pending\":0")) {
      Thread.sleep(5);
    }
    return secondsSince(start);
  }

  private void search(KnnSearchEngine engine) throws IOException, VectorFailure {
    List<Searcher> searchers = new ArrayList<>();
    for (int ef : BREADTHS) {
      searchers.add(new EngineSearcher(engine, data, ef));
    }
    try (MountSearcher raw = MountSearcher.raw(mountpoint, data);
        MountSearcher exact = MountSearcher.json(mountpoint, data, 0);
        MountSearcher fast = MountSearcher.json(mountpoint, data, 64);
        MountSearcher usual = MountSearcher.json(mountpoint, data, 100);
        MountSearcher broad = MountSearcher.json(mountpoint, data, 200)) {
      searchers.addAll(List.of(raw, exact, fast, usual, broad));
      double[][] truth = truth(searchers.getFirst());
      List<Measurement> measurements = new ArrayList<>();
      searchers.forEach(_ -> measurements.add(new Measurement()));
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        for (Searcher searcher : searchers) {
          ask(searcher, new Measurement(), truth);
        }
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < searchers.size(); i++) {
          ask(searchers.get(i), measurements.get(i), truth);
        }
      }
      print(searchers, measurements);
    }
  }

  private double[][] truth(Searcher exact) throws IOException, VectorFailure {
    double[][] truth = new double[data.queries().size()][];
    for (int query = 0; query < truth.length; query++) {
      exact.ask(query);
      truth[query] = exact.distances();
    }
    return truth;
  }

  private static void ask(Searcher searcher, Measurement measurement, double[][] truth)
      throws IOException, VectorFailure {
    long[] nanos = new long[truth.length];
    for (int query = 0; query < truth.length; query++) {
      long start = System.nanoTime();
      searcher.ask(query);
      nanos[query] = System.nanoTime() - start;
      measurement.addRecall(searcher.distances(), truth[query]);
    }
    measurement.add(nanos);
  }

  private static void print(List<Searcher> searchers, List<Measurement> measurements) {
    System.out.println();
    System.out.println("| search, k 10 | recall@10 | queries a second | median, µs | p99, µs |");
    System.out.println("|---|---|---|---|---|");
    for (int i = 0; i < searchers.size(); i++) {
      System.out.println(measurements.get(i).toRow(searchers.get(i).name()));
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
