package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vexfs.daemon.distance.Metric;

final class HnswRecallTest {
  private static final long SEED = 7_701L;
  private static final int K = 10;
  private static final int EF = 64;

  private static HnswGraph graph(TestVectors base, Metric metric) {
    return new HnswGraph(base, metric, HnswParameters.DEFAULT);
  }

  private static HnswGraph graphOfAll(TestVectors base, Metric metric) {
    HnswGraph graph = graph(base, metric);
    for (int slot = 0; slot < base.count(); slot++) {
      graph.insert(slot);
    }
    return graph;
  }

  private static void assertSound(HnswGraph graph) {
    assertEquals(List.of(), graph.check().faults());
  }

  private static void assertRecall(double least, double recall) {
    assertTrue(recall >= least, "recall " + recall + ", asked for " + least + ", seed " + SEED);
  }

  @Test
  void textEmbeddings_cosine_reachRecall() throws IOException {
    TestVectors base = TestVectors.shared("capdocs-384.npy", 0, 2_481);
    TestVectors queries = TestVectors.shared("capdocs-384.npy", 2_481, 2_681);
    HnswGraph graph = graphOfAll(base, Metric.COSINE);
    assertRecall(0.95, Recall.measure(graph, base, queries, Metric.COSINE, K, EF));
    assertSound(graph);
  }

  @Test
  void imageDescriptors_euclidean_reachRecall() throws IOException {
    TestVectors base = TestVectors.shared("sift-128.npy", 0, 4_000);
    TestVectors queries = TestVectors.shared("sift-128.npy", 4_000, 5_000);
    HnswGraph graph = graphOfAll(base, Metric.EUCLIDEAN);
    assertRecall(0.95, Recall.measure(graph, base, queries, Metric.EUCLIDEAN, K, EF));
    assertSound(graph);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void randomVectors_anyMetric_reachRecall(Metric metric) {
    Random random = new Random(SEED);
    // Few distinct values under Hamming, where others would all be equally far apart.
    boolean coarse = metric == Metric.HAMMING;
    TestVectors base =
        TestVectors.generate(2_000, 20, _ -> coarse ? random.nextInt(3) : random.nextGaussian());
    TestVectors queries =
        TestVectors.generate(200, 20, _ -> coarse ? random.nextInt(3) : random.nextGaussian());
    HnswGraph graph = graphOfAll(base, metric);
    assertRecall(0.95, Recall.measure(graph, base, queries, metric, K, EF));
    assertSound(graph);
  }

  @Test
  void halfRemovedAndOthersInserted_keepsRecall() throws IOException {
    TestVectors base = TestVectors.shared("sift-128.npy", 0, 3_000);
    TestVectors queries = TestVectors.shared("sift-128.npy", 4_500, 5_000);
    HnswGraph graph = graph(base, Metric.EUCLIDEAN);
    for (int slot = 0; slot < 2_000; slot++) {
      graph.insert(slot);
    }
    for (int slot = 0; slot < 2_000; slot += 2) {
      graph.remove(slot);
    }
    assertSound(graph);
    assertRecall(0.95, Recall.measure(graph, base, queries, Metric.EUCLIDEAN, K, EF));
    for (int slot = 2_000; slot < 3_000; slot++) {
      graph.insert(slot);
    }
    assertEquals(2_000, graph.size());
    assertSound(graph);
    assertRecall(0.95, Recall.measure(graph, base, queries, Metric.EUCLIDEAN, K, EF));
  }

  @Test
  void thousandsOfEqualVectors_hideNoOther() {
    Random random = new Random(SEED);
    int equal = 1_500;
    TestVectors base = TestVectors.gaussian(random, 2 * equal, 16);
    TestVectors queries = TestVectors.gaussian(random, 200, 16);
    for (int slot = 2; slot < 2 * equal; slot += 2) {
      base.copy(0, slot);
    }
    HnswGraph graph = graphOfAll(base, Metric.EUCLIDEAN);
    assertSound(graph);
    SlotPredicate others = slot -> slot % 2 == 1;
    SearchScratch scratch = new SearchScratch();
    int found = 0;
    for (int slot = 1; slot < base.count(); slot += 2) {
      graph.search(base.memory(), base.offset(slot), EF, EF, others, scratch);
      found += scratch.slot(0) == slot ? 1 : 0;
    }
    assertRecall(0.99, (double) found / equal);
    assertRecall(0.95, Recall.measure(graph, base, queries, Metric.EUCLIDEAN, K, EF));
  }

  @Test
  void equalVectorsInsertedFirst_hideNoOther() {
    Random random = new Random(SEED);
    int equal = 1_000;
    TestVectors base = TestVectors.gaussian(random, 2 * equal, 16);
    for (int slot = 1; slot < equal; slot++) {
      base.copy(0, slot);
    }
    HnswGraph graph = graphOfAll(base, Metric.COSINE);
    assertSound(graph);
    assertRecall(0.95, Recall.measure(graph, base, base, Metric.COSINE, 1, EF));
    for (int slot = 0; slot < equal - 1; slot++) {
      graph.remove(slot);
    }
    assertSound(graph);
    assertRecall(0.95, Recall.measure(graph, base, base, Metric.COSINE, K, EF));
  }
}
