package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vexfs.daemon.index.Traversal;

/// Compares this project's index with others on the same vectors, in one process: recall and speed
/// of searches for the 10 nearest, at several breadths, on one thread and on two; the rate of the
/// build, on two; the memory that a search walks through. It prints tables and draws a plot of
/// recall and speed for each data set.
///
/// Arguments: the folder of the data, the folder for the plots, the number of rounds, then the
/// names of data sets ([DataSet#NAMES]). A further argument `NAME=COMMAND` puts an index of another
/// program beside them ([ExternalIndex]). `daemon/bench/index.sh` provides them.
final class IndexBenchmark {
  private static final int THREADS = 2;
  private static final double[] RECALLS = {0.95, 0.99};

  /// Above this, the indexes that take longest to build for what they show are left out.
  private static final int LARGE = 99_999;

  /// Vectors that each index of this process is built over before anything is measured, so that
  /// none is charged for compiling what it or another needs.
  private static final int WARM_UP = 4_000;

  private static final int WARM_UP_SECONDS = 1;
  private static final int WARM_UP_BREADTH = 40;

  private final DataSet data;
  private final Truth truth;
  private final int rounds;
  private final List<RecallCurve> curves = new ArrayList<>();

  private IndexBenchmark(DataSet data, int rounds) {
    this.data = data;
    this.truth = Truth.of(data, THREADS);
    this.rounds = rounds;
  }

  public static void main(String[] arguments) throws IOException {
    Path shared = Path.of(arguments[0]);
    Path plots = Files.createDirectories(Path.of(arguments[1]));
    int rounds = Integer.parseInt(arguments[2]);
    List<String> rest = List.of(arguments).subList(3, arguments.length);
    List<String> external = rest.stream().filter(argument -> argument.contains("=")).toList();
    for (String name : rest) {
      if (!name.contains("=")) {
        IndexBenchmark benchmark = new IndexBenchmark(DataSet.of(name, shared), rounds);
        benchmark.run(external);
        benchmark.print();
        Files.writeString(plots.resolve(name + ".svg"), benchmark.plot());
      }
    }
  }

  /// The indexes of this process; this project's is the first.
  private static List<AnnIndex> ownIndexes(DataSet data, boolean large) throws IOException {
    List<AnnIndex> indexes = new ArrayList<>();
    indexes.add(new VexfsIndex(data, Traversal.CODES));
    indexes.add(new JVectorIndex(data));
    indexes.add(new LuceneIndex(data, false));
    if (!large) {
      indexes.add(new VexfsIndex(data, Traversal.VECTORS));
      indexes.add(new LuceneIndex(data, true));
    }
    return indexes;
  }

  private List<AnnIndex> indexes(List<String> external) throws IOException {
    List<AnnIndex> indexes = ownIndexes(data, isLarge());
    for (String argument : external) {
      int equals = argument.indexOf('=');
      String name = argument.substring(0, equals);
      indexes.add(new ExternalIndex(name, argument.substring(equals + 1), data));
    }
    return indexes;
  }

  private boolean isLarge() {
    return data.base().count() > LARGE;
  }

  private void warmUp() throws IOException {
    for (AnnIndex index : ownIndexes(data.head(WARM_UP), isLarge())) {
      try (index) {
        double _ = index.build(THREADS);
        double _ = index.speed(WARM_UP_BREADTH, THREADS, WARM_UP_SECONDS);
      }
    }
  }

  private void run(List<String> external) throws IOException {
    warmUp();
    int[] breadths = isLarge() ? RecallCurve.BREADTHS_OF_LARGE : RecallCurve.BREADTHS;
    List<AnnIndex> indexes = indexes(external);
    try {
      for (AnnIndex index : indexes) {
        double seconds = index.build(THREADS);
        System.err.printf(
            Locale.ROOT, "%s: %s built in %.1f s%n", data.name(), index.name(), seconds);
        curves.add(new RecallCurve(index, breadths, truth, data.base().count() / seconds));
      }
      for (int place = 0; place < breadths.length; place++) {
        for (RecallCurve curve : curves) {
          curve.warmUp(place);
        }
      }
      // Within a round the indexes take turns at each breadth.
      for (int round = 0; round < rounds; round++) {
        for (int place = 0; place < breadths.length; place++) {
          for (RecallCurve curve : curves) {
            curve.measure(place);
          }
        }
      }
    } finally {
      for (AnnIndex index : indexes) {
        index.close();
      }
    }
  }

  private void print() {
    RecallCurve own = curves.getFirst();
    System.out.printf(
        Locale.ROOT,
        "%n%s, %,d × %d, %s; M %d, efConstruction %d, medians of %d rounds%n%n",
        data.name(),
        data.base().count(),
        data.dimension(),
        data.metric().id(),
        AnnIndex.M,
        AnnIndex.EF_CONSTRUCTION,
        rounds);
    System.out.println(
        "| index | threads | QPS at recall .95 | VexFS / it | QPS at recall .99 | VexFS / it"
            + " | vectors a second built on 2 | VexFS / it | bytes a vector |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    for (RecallCurve curve : curves) {
      for (int threads = 1; threads <= THREADS; threads++) {
        StringBuilder row = new StringBuilder("| " + curve.name() + " | " + threads);
        for (double recall : RECALLS) {
          double speed = curve.queriesPerSecond(recall, threads);
          double ratio = own.queriesPerSecond(recall, threads) / speed;
          row.append(String.format(Locale.ROOT, " | %,.0f | %.2f", speed, ratio));
        }
        row.append(
            String.format(
                Locale.ROOT,
                " | %,.0f | %.2f | %,d |",
                curve.vectorsPerSecondBuilt(),
                own.vectorsPerSecondBuilt() / curve.vectorsPerSecondBuilt(),
                curve.bytesPerVector()));
        System.out.println(row);
      }
    }
    System.out.println();
    System.out.println("| index | ef | recall@10 | QPS, 1 thread | QPS, 2 threads |");
    System.out.println("|---|---|---|---|---|");
    curves.forEach(RecallCurve::printPoints);
  }

  private String plot() {
    return new RecallPlot(data.name() + ", one thread", curves).toSvg();
  }
}
