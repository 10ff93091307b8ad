package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.search.Answer;
import org.vexfs.daemon.search.CollectionIndexes;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// Searches among shares of a data set, below a directory and by a filter, and prints for each
/// share the speed, the recall and how many answers were exact, beside the exact search of the same
/// share and the search among all.
///
/// Directories lie in one another, each with a random tenth of the files of the one above.
///
/// Arguments: the name of the data set, the folder of the data, an empty directory to work in, the
/// number of rounds. `daemon/bench/filter.sh` provides them.
final class FilterBenchmark {
  private static final double[] SHARES = {1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001, 1e-4, 1e-5};
  private static final int QUERIES = 100;
  private static final long SEED = 7;
  private static final int WARM_UP_ROUNDS = 3;

  private final DataSet data;
  private final VectorStore store;
  private final CollectionIndexes indexes;
  private final KnnSearchEngine engine;

  /// For each share the files that it has.
  private final List<Set<FileNode>> files = new ArrayList<>();

  private FilterBenchmark(DataSet data, Path directory) throws IOException, VectorFailure {
    this.data = data;
    this.store =
        UnrecoveredStore.open(HostDirectory.at(directory), StoreOptions.DEFAULT)
            .recover(_ -> 0)
            .store();
    this.indexes = new CollectionIndexes(store);
    this.engine = new KnnSearchEngine(store, indexes);
  }

  public static void main(String[] arguments) throws Exception {
    DataSet data = DataSet.of(arguments[0], Path.of(arguments[1]));
    Path directory = Files.createDirectory(Path.of(arguments[2]).resolve("filtered"));
    FilterBenchmark benchmark = new FilterBenchmark(data, directory);
    try {
      benchmark.fill();
      benchmark.run(Integer.parseInt(arguments[3]));
    } finally {
      benchmark.indexes.close();
      benchmark.store.close();
    }
  }

  private static TreePath directory(int level) {
    TreePath path = TreePath.ROOT;
    for (int i = 1; i <= level; i++) {
      path = path.child("d" + i);
    }
    return path;
  }

  private void fill() throws VectorFailure {
    VectorCollection collection =
        store.configure(Query.DEFAULT_COLLECTION, data.metric(), Optional.empty());
    Random random = new Random(SEED);
    for (double _ : SHARES) {
      files.add(new HashSet<>());
    }
    for (int i = 0; i < data.base().count(); i++) {
      double place = random.nextDouble();
      int level = SHARES.length - 1;
      while (place >= SHARES[level]) {
        level--;
      }
      TreePath path = directory(level).child("f" + i);
      store.put(path, 0, Query.DEFAULT_COLLECTION, data.base().vector(i));
      FileNode file = store.file(path, 0).orElseThrow();
      for (int wider = 0; wider <= level; wider++) {
        files.get(wider).add(file);
      }
    }
    indexes.start();
    while (indexes.pendingSlots(collection) > 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /// What the rounds of one way of asking came to.
  private static final class Asked {
    final Measurement measurement = new Measurement();
    int exact;
    long compared;
    double[][] distances = new double[QUERIES][];
  }

  private Asked ask(int level, boolean exact, boolean filtered, int rounds) throws VectorFailure {
    Asked asked = new Asked();
    EngineSearcher searcher = new EngineSearcher(engine, data, exact ? 0 : 100);
    Set<FileNode> matching = files.get(level);
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      long[] nanos = new long[QUERIES];
      for (int query = 0; query < QUERIES; query++) {
        long start = System.nanoTime();
        Answer answer =
            filtered
                ? engine.search(
                    searcher.query(query), TreePath.ROOT, EngineSearcher.OPEN, matching::contains)
                : engine.search(searcher.query(query), directory(level), EngineSearcher.OPEN);
        nanos[query] = System.nanoTime() - start;
        Answer.Result result = answer.results().getFirst();
        asked.distances[query] =
            result.hits().stream().mapToDouble(hit -> hit.distance()).toArray();
        asked.compared += round == 0 ? result.summary().searched() : 0;
        asked.exact += round == 0 && result.summary().exact() ? 1 : 0;
      }
      if (round >= 0) {
        asked.measurement.add(nanos);
      }
    }
    return asked;
  }

  private void run(int rounds) throws VectorFailure {
    System.out.printf(
        Locale.ROOT,
        "%n%s, %,d × %d, %s, k 10, ef 100, one client, medians of %d rounds%n%n",
        data.name(),
        data.base().count(),
        data.dimension(),
        data.metric().id(),
        rounds);
    System.out.println(
        "| share | files | QPS below a directory | recall@10 | exact answers | compared | / all files"
            + " | QPS with a filter | recall@10 | exact answers | QPS of the exact search |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
    double unfiltered = 0;
    for (int level = 0; level < SHARES.length; level++) {
      if (files.get(level).isEmpty()) {
        continue;
      }
      Asked exact = ask(level, true, false, rounds);
      Asked scoped = ask(level, false, false, rounds);
      Asked filtered = ask(level, false, true, rounds);
      if (level == 0) {
        unfiltered = scoped.measurement.queriesPerSecond();
      }
      System.out.printf(
          Locale.ROOT,
          "| %s %% | %,d | %,.0f | %.4f | %d %% | %,d | %.2f | %,.0f | %.4f | %d %% | %,.0f |%n",
          SHARES[level] * 100,
          files.get(level).size(),
          scoped.measurement.queriesPerSecond(),
          recall(scoped, exact),
          scoped.exact * 100 / QUERIES,
          scoped.compared / QUERIES,
          scoped.measurement.queriesPerSecond() / unfiltered,
          filtered.measurement.queriesPerSecond(),
          recall(filtered, exact),
          filtered.exact * 100 / QUERIES,
          exact.measurement.queriesPerSecond());
    }
  }

  private static double recall(Asked asked, Asked exact) {
    double sum = 0;
    for (int query = 0; query < QUERIES; query++) {
      double[] truth = exact.distances[query];
      double limit = truth[truth.length - 1] * (1 + 1e-5) + 1e-6;
      int found = 0;
      for (double distance : asked.distances[query]) {
        found += distance <= limit ? 1 : 0;
      }
      sum += (double) found / truth.length;
    }
    return sum / QUERIES;
  }
}
