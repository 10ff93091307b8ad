package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vexfs.daemon.distance.Metric;

final class TraversalTest {
  private static final long SEED = 31_337L;

  private static HnswGraph graph(TestVectors base, Metric metric, Traversal traversal) {
    HnswParameters parameters = new HnswParameters(16, 100, SEED, traversal);
    HnswGraph graph = new HnswGraph(base, metric, parameters);
    for (int slot = 0; slot < base.count(); slot++) {
      graph.insert(slot);
    }
    return graph;
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"EUCLIDEAN", "COSINE", "DOT"})
  void codes_realVectors_findAsMuchAsVectors(Metric metric) throws IOException {
    TestVectors base = TestVectors.shared("sift-128.npy", 0, 1_500);
    TestVectors queries = TestVectors.shared("sift-128.npy", 4_500, 5_000);
    double byCodes =
        Recall.measure(graph(base, metric, Traversal.CODES), base, queries, metric, 10, 30);
    double byVectors =
        Recall.measure(graph(base, metric, Traversal.VECTORS), base, queries, metric, 10, 30);
    assertTrue(byCodes >= byVectors - 0.01, metric + ": " + byCodes + " against " + byVectors);
  }

  @ParameterizedTest
  @EnumSource(Traversal.class)
  void search_either_returnsDistancesOfVectors(Traversal traversal) {
    TestVectors base = TestVectors.gaussian(new Random(SEED), 400, 50);
    HnswGraph graph = graph(base, Metric.EUCLIDEAN, traversal);
    Space exact = new Space(base, Metric.EUCLIDEAN);
    SearchScratch scratch = new SearchScratch();
    for (int query = 0; query < 20; query++) {
      assertEquals(
          30, graph.search(base.memory(), base.offset(query), 30, 30, SlotPredicate.ALL, scratch));
      assertEquals(query, scratch.slot(0));
      for (int rank = 0; rank < 30; rank++) {
        float expected = exact.distance(base.memory(), base.offset(query), scratch.slot(rank));
        // The order of a vector unit's sums is its own, and may differ from call to call.
        assertEquals(expected, scratch.distance(rank), 1e-6f * expected);
        assertTrue(rank == 0 || scratch.distance(rank - 1) <= scratch.distance(rank));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Traversal.class)
  void removalsAndReturns_either_leaveASoundGraph(Traversal traversal) {
    TestVectors base = TestVectors.gaussian(new Random(SEED), 600, 40);
    HnswGraph graph = graph(base, Metric.COSINE, traversal);
    for (int slot = 0; slot < 600; slot += 2) {
      graph.remove(slot);
    }
    for (int slot = 0; slot < 600; slot += 4) {
      graph.insert(slot);
    }
    assertEquals(List.of(), graph.check().faults());
    SearchScratch scratch = new SearchScratch();
    assertEquals(450, graph.search(base.memory(), 0, 600, 600, SlotPredicate.ALL, scratch));
  }

  @Test
  void scratch_graphsOfBothKinds_servesThemInTurn() {
    TestVectors small = TestVectors.gaussian(new Random(SEED), 100, 33);
    TestVectors large = TestVectors.gaussian(new Random(SEED), 100, 200);
    SearchScratch scratch = new SearchScratch();
    HnswGraph byVectors = graph(small, Metric.MANHATTAN, Traversal.CODES);
    HnswGraph byCodes = graph(large, Metric.DOT, Traversal.CODES);
    HnswGraph byShortCodes = graph(small, Metric.EUCLIDEAN, Traversal.CODES);
    for (int query = 0; query < 10; query++) {
      byCodes.search(large.memory(), large.offset(query), 10, 10, SlotPredicate.ALL, scratch);
      assertEquals(query, scratch.slot(0));
      byVectors.search(small.memory(), small.offset(query), 10, 10, SlotPredicate.ALL, scratch);
      assertEquals(query, scratch.slot(0));
      byShortCodes.search(small.memory(), small.offset(query), 10, 10, SlotPredicate.ALL, scratch);
      assertEquals(query, scratch.slot(0));
    }
  }

  @Test
  void bytesPerNode_codesOf784Values_areFewerThan1100() {
    TestVectors vectors = TestVectors.allocate(1, 784);
    assertEquals(960, graph(vectors, Metric.EUCLIDEAN, Traversal.CODES).bytesPerNode());
    assertEquals(192, graph(vectors, Metric.EUCLIDEAN, Traversal.VECTORS).bytesPerNode());
  }

  @Test
  void linksOfBase_changed_keepTheirPlaces() {
    Layer base = new BaseLayer(new NodeBlocks(4, 64, 0));
    for (int slot = 1; slot < 10; slot++) {
      base.add(slot, new int[0]);
    }
    base.add(0, new int[] {1, 2, 3, 4});
    assertArrayEquals(new int[] {1, 2, 3, 4}, base.links(0));
    base.setLinks(0, new int[] {9, 4, 3, 1});
    assertArrayEquals(new int[] {1, 9, 3, 4}, base.links(0));
    base.setLinks(0, new int[] {4, 3});
    assertArrayEquals(new int[] {4, 3}, base.links(0));
    base.setLinks(0, new int[] {3, 5, 4});
    assertArrayEquals(new int[] {4, 3, 5}, base.links(0));
    base.remove(0);
    assertFalse(base.contains(0));
    assertEquals(Layer.ABSENT, base.read(0, new int[4]));
    assertEquals(0, base.incoming(4).length);
    assertEquals(9, base.size());
  }
}
