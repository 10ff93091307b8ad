package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vexfs.daemon.distance.Metric;

/// Graphs of the least and the most links and breadths that anybody asks for: sound, and the
/// broader a search, the more it finds. No callback has a part in it; `LargeVectorsScenario`
/// searches a mount at the same breadths.
final class GraphExtremesScenario {
  private static final boolean FULL = Boolean.getBoolean("vexfs.scenario.full");
  private static final long SEED = 18;
  private static final int DIMENSION = 48;
  private static final int QUERIES = 200;
  private static final int K = 10;
  private static final int[] BREADTHS = {50, 200, 2_000};
  private static final double NOISE = 0.005;

  @ParameterizedTest
  @CsvSource({"8, 100", "8, 1600", "16, 200", "128, 128", "128, 1600"})
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void graphExtremes(int m, int efConstruction) {
    System.out.printf("SCENARIO graph-extremes, M %d, efConstruction %d%n", m, efConstruction);
    Random random = new Random(SEED);
    int count = FULL ? 20_000 : 1_000;
    TestVectors base = TestVectors.gaussian(random, count, DIMENSION);
    TestVectors queries = TestVectors.gaussian(random, QUERIES, DIMENSION);
    HnswParameters parameters =
        new HnswParameters(m, efConstruction, SEED, HnswParameters.DEFAULT.traversal());
    HnswGraph graph = new HnswGraph(base, Metric.EUCLIDEAN, parameters);

    long start = System.nanoTime();
    IntStream.range(0, count).parallel().forEach(graph::insert);
    double seconds = (System.nanoTime() - start) / 1e9;
    IntStream.range(0, count / 4).parallel().forEach(graph::remove);
    assertEquals(List.of(), graph.check().faults());
    System.out.printf("  built in %.1f s, %d left after removals, sound%n", seconds, graph.size());

    double before = 0;
    for (int breadth : BREADTHS) {
      double recall = Recall.measure(graph, base, queries, Metric.EUCLIDEAN, K, breadth);
      System.out.printf("  ef %d: recall %.4f%n", breadth, recall);
      assertTrue(recall >= before - NOISE, "a broader search finds less");
      before = recall;
    }
    assertTrue(before >= 0.99, "recall " + before + " at the broadest, seed " + SEED);
    System.out.println("SCENARIO graph-extremes: passed");
  }
}
