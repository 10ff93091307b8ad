package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
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
/// Each side has a store of its own with the same entries. The mount's is filled before it is
/// mounted: that way the kernel knows none of the files yet, and what is measured is searching.
///
/// Arguments: the name of the data set, the folder of the data, an empty directory to work in, the
/// launcher of VexFS, the number of rounds. `daemon/bench/search.sh` provides them.
final class SearchBenchmark {
  private static final int[] BREADTHS = {0, 64, 100, 200};
  private static final int WARM_UP_ROUNDS = 5;

  /// Questions are asked several times here, and are to be searched for each time: an answer may be
  /// given again only for as long as attributes may be kept.
  private static final String NO_ANSWERS_KEPT = "attr_timeout=0.000001";

  private final DataSet data;
  private final Path source;
  private final Path mountpoint;
  private final Path store;
  private final String launcher;
  private final int rounds;

  private SearchBenchmark(DataSet data, Path directory, String launcher, int rounds)
      throws IOException {
    this.data = data;
    this.source = Files.createDirectory(directory.resolve("source"));
    this.mountpoint = Files.createDirectory(directory.resolve("mount"));
    this.store = Files.createDirectory(directory.resolve("store"));
    this.launcher = launcher;
    this.rounds = rounds;
  }

  public static void main(String[] arguments) throws Exception {
    DataSet data = DataSet.of(arguments[0], Path.of(arguments[1]));
    Path directory = Path.of(arguments[2]);
    new SearchBenchmark(data, directory, arguments[3], Integer.parseInt(arguments[4])).run();
  }

  private void run() throws IOException, VectorFailure, InterruptedException {
    System.out.printf(
        Locale.ROOT,
        "%n%s, %,d vectors, %s%n%n",
        data.name(),
        data.base().count(),
        data.metric().id());
    for (int i = 0; i < data.base().count(); i++) {
      Files.createFile(source.resolve(DataSet.path(i)));
    }
    VectorStore ofMount = open(Files.createDirectory(source.resolve(".vexfs")));
    putAll(ofMount);
    ofMount.close();
    VectorStore own = open(store);
    report("put into the store, in process", putAll(own));
    try (CollectionIndexes indexes = new CollectionIndexes(own)) {
      report("index build, one thread, in process", build(indexes, own));
      report("mount, replay of the log and index build", mount());
      search(new KnnSearchEngine(own, indexes));
    } finally {
      own.close();
    }
    System.out.printf("%n- resident memory of the daemon afterwards: %s%n", residentMemory());
  }

  private VectorStore open(Path directory) throws IOException, VectorFailure {
    VectorStore opened =
        UnrecoveredStore.open(HostDirectory.at(directory), StoreOptions.DEFAULT)
            .recover(_ -> 0)
            .store();
    VectorCollection _ =
        opened.configure(Query.DEFAULT_COLLECTION, data.metric(), Optional.empty());
    return opened;
  }

  private void report(String what, double seconds) {
    System.out.printf(
        Locale.ROOT, "- %s: %.0f vectors a second%n", what, data.base().count() / seconds);
  }

  private double putAll(VectorStore to) throws IOException, VectorFailure {
    long[] inodes = new long[data.base().count()];
    for (int i = 0; i < inodes.length; i++) {
      inodes[i] = (Long) Files.getAttribute(source.resolve(DataSet.path(i)), "unix:ino");
    }
    long start = System.nanoTime();
    for (int i = 0; i < inodes.length; i++) {
      to.put(
          TreePath.ofText(DataSet.path(i)),
          inodes[i],
          Query.DEFAULT_COLLECTION,
          data.base().vector(i));
    }
    return secondsSince(start);
  }

  private static double build(CollectionIndexes indexes, VectorStore of)
      throws InterruptedException {
    VectorCollection collection = of.collection(Query.DEFAULT_COLLECTION).orElseThrow();
    long start = System.nanoTime();
    indexes.start();
    while (indexes.pendingSlots(collection) > 0) {
      Thread.sleep(1);
    }
    return secondsSince(start);
  }

  private double mount() throws IOException, InterruptedException {
    long start = System.nanoTime();
    int result =
        new ProcessBuilder(
                launcher, "mount", source.toString(), mountpoint.toString(), "-o", NO_ANSWERS_KEPT)
            .inheritIO()
            .start()
            .waitFor();
    if (result != 0) {
      throw new IOException("mounting ended with " + result);
    }
    while (!status().contains("\"pending\":0")) {
      Thread.sleep(5);
    }
    return secondsSince(start);
  }

  private String status() throws IOException {
    return Files.readString(mountpoint.resolve(".vexfs/status"));
  }

  private String residentMemory() throws IOException {
    String daemon = status().replaceFirst(".*\"pid\":(\\d+).*", "$1").strip();
    try (Stream<String> lines = Files.lines(Path.of("/proc", daemon, "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .findFirst()
          .orElseThrow()
          .substring("VmRSS:".length())
          .strip();
    }
  }

  private void search(KnnSearchEngine engine)
      throws IOException, VectorFailure, InterruptedException {
    List<Searcher> searchers = new ArrayList<>();
    for (int ef : BREADTHS) {
      searchers.add(new EngineSearcher(engine, data, ef));
    }
    try (MountSearcher raw = MountSearcher.raw(mountpoint, data);
        MountSearcher exact = MountSearcher.json(mountpoint, data, 0);
        MountSearcher fast = MountSearcher.json(mountpoint, data, 64);
        MountSearcher usual = MountSearcher.json(mountpoint, data, 100);
        MountSearcher broad = MountSearcher.json(mountpoint, data, 200);
        IoctlSearcher packed = new IoctlSearcher(mountpoint, data, 100);
        IoctlSearcher packedBroad = new IoctlSearcher(mountpoint, data, 200)) {
      searchers.addAll(List.of(raw, exact, fast, usual, broad, packed, packedBroad));
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
      new BatchComparison(engine, mountpoint, data).run(rounds);
      new OfferedLoad(mountpoint, data).run();
    }
  }

  private double[][] truth(Searcher exact) throws IOException, VectorFailure {
    double[][] truth = new double[data.queries().count()][];
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
