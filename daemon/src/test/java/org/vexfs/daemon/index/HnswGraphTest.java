package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.distance.Metric;

final class HnswGraphTest {
  private final SearchScratch scratch = new SearchScratch();

  private static HnswGraph graph(TestVectors vectors, Metric metric) {
    return new HnswGraph(vectors, metric, HnswParameters.DEFAULT);
  }

  private static void insertAll(HnswGraph graph, int count) {
    for (int slot = 0; slot < count; slot++) {
      graph.insert(slot);
    }
  }

  private static void assertSound(HnswGraph graph, String when) {
    assertEquals(List.of(), graph.check().faults(), when);
  }

  private List<Integer> found(HnswGraph graph, TestVectors queries, int query, int ef) {
    int size =
        graph.search(queries.memory(), queries.offset(query), ef, ef, SlotPredicate.ALL, scratch);
    return IntStream.range(0, size).map(scratch::slot).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void search_emptyGraph_findsNothing(Metric metric) {
    TestVectors vectors = TestVectors.gaussian(new Random(1), 1, 8);
    HnswGraph graph = graph(vectors, metric);
    assertEquals(List.of(), found(graph, vectors, 0, 10));
    assertEquals(0, graph.size());
    assertFalse(graph.contains(0));
    assertSound(graph, "empty");
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void search_oneVector_findsIt(Metric metric) {
    TestVectors vectors = TestVectors.gaussian(new Random(2), 5_000, 8);
    HnswGraph graph = graph(vectors, metric);
    graph.insert(4_321);
    assertEquals(List.of(4_321), found(graph, vectors, 0, 10));
    assertSound(graph, "one vector");
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void search_moreThanThereAre_findsAllInOrder(Metric metric) {
    TestVectors vectors = TestVectors.gaussian(new Random(3), 300, 8);
    HnswGraph graph = graph(vectors, metric);
    insertAll(graph, 300);
    assertEquals(300, found(graph, vectors, 7, 1_000).size());
    for (int rank = 1; rank < scratch.size(); rank++) {
      long before = Ranking.of(scratch.slot(rank - 1), scratch.distance(rank - 1));
      assertTrue(before < Ranking.of(scratch.slot(rank), scratch.distance(rank)), "rank " + rank);
    }
    NearestHeap exact = new NearestHeap(1_000);
    ExactScan scan = new ExactScan(vectors, metric);
    scan.scan(vectors.memory(), vectors.offset(7), 0, 300, SlotPredicate.ALL, exact);
    exact.sort();
    for (int rank = 0; rank < 300; rank++) {
      assertEquals(exact.slot(rank), scratch.slot(rank), "rank " + rank);
      assertEquals(exact.distance(rank), scratch.distance(rank), "rank " + rank);
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void equalVectors_any_areAllReachable(Metric metric) {
    TestVectors vectors = TestVectors.generate(900, 4, i -> i + 1);
    HnswGraph graph = graph(vectors, metric);
    insertAll(graph, 900);
    assertSound(graph, "inserted");
    assertEquals(900, found(graph, vectors, 0, 900).size());
    for (int slot = 0; slot < 900; slot += 3) {
      graph.remove(slot);
    }
    assertSound(graph, "a third removed");
    assertEquals(600, found(graph, vectors, 0, 900).size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void sortedInsertion_fewDimensions_isSoundAndExact(int dimension) {
    TestVectors vectors = TestVectors.allocate(2_000, dimension);
    for (int slot = 0; slot < 2_000; slot++) {
      vectors.set(slot, 0, slot);
    }
    HnswGraph graph = graph(vectors, Metric.EUCLIDEAN);
    insertAll(graph, 2_000);
    assertSound(graph, "inserted");
    for (int slot = 1; slot < 1_999; slot++) {
      assertEquals(
          List.of(slot, slot - 1, slot + 1), found(graph, vectors, slot, 64).subList(0, 3));
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void remove_everything_leavesAnEmptyGraphThatCanGrowAgain(Metric metric) {
    TestVectors vectors = TestVectors.gaussian(new Random(4), 250, 8);
    HnswGraph graph = graph(vectors, metric);
    for (int round = 0; round < 2; round++) {
      insertAll(graph, 250);
      assertSound(graph, "inserted");
      for (int i = 0; i < 250; i++) {
        graph.remove((i * 7 + round) % 250);
      }
      assertEquals(0, graph.size());
      assertSound(graph, "all removed");
      assertEquals(List.of(), found(graph, vectors, 0, 10));
    }
    graph.insert(17);
    assertEquals(List.of(17), found(graph, vectors, 0, 10));
  }

  @Test
  void search_predicate_findsOnlyAccepted() {
    TestVectors vectors = TestVectors.gaussian(new Random(5), 1_000, 8);
    HnswGraph graph = graph(vectors, Metric.EUCLIDEAN);
    insertAll(graph, 1_000);
    SlotPredicate few = slot -> slot % 97 == 5;
    int size = graph.search(vectors.memory(), vectors.offset(3), 20, 20, few, scratch);
    assertEquals(11, size);
    for (int rank = 0; rank < size; rank++) {
      assertTrue(few.test(scratch.slot(rank)), "slot " + scratch.slot(rank));
    }
    assertEquals(0, graph.search(vectors.memory(), 0, 20, 20, _ -> false, scratch));
  }

  @Test
  void insertAndRemove_wrongSlot_areRefused() {
    TestVectors vectors = TestVectors.gaussian(new Random(6), 10, 8);
    HnswGraph graph = graph(vectors, Metric.EUCLIDEAN);
    graph.insert(3);
    assertThrows(IllegalArgumentException.class, () -> graph.insert(3));
    assertThrows(IllegalArgumentException.class, () -> graph.insert(-1));
    assertThrows(IllegalArgumentException.class, () -> graph.remove(4));
    graph.remove(3);
    assertThrows(IllegalArgumentException.class, () -> graph.remove(3));
    assertThrows(
        IllegalArgumentException.class,
        () -> graph.search(vectors.memory(), 0, 0, 10, SlotPredicate.ALL, scratch));
  }

  @ParameterizedTest
  @CsvSource({"1, 200", "513, 600", "16, 15", "16, 10001"})
  void parameters_outOfRange_areRefused(int m, int efConstruction) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new HnswParameters(m, efConstruction, 0, Traversal.CODES));
  }

  @Test
  void levels_manySlots_thinOutByM() {
    int[] nodes = new int[HnswGraph.MAX_LAYERS];
    int slots = 1 << 20;
    for (int slot = 0; slot < slots; slot++) {
      int level = HnswParameters.DEFAULT.level(slot);
      for (int layer = 0; layer <= level; layer++) {
        nodes[layer]++;
      }
    }
    assertEquals(slots, nodes[0]);
    // Binomial: 65,536 and 4,096 expected, deviations 248 and 64; five of them allowed.
    assertEquals(slots / 16.0, nodes[1], 5 * 248);
    assertEquals(slots / 256.0, nodes[2], 5 * 64);
  }

  @Test
  void insertion_sameSeed_makesTheSameGraph() {
    TestVectors vectors = TestVectors.gaussian(new Random(7), 800, 8);
    HnswGraph first = graph(vectors, Metric.EUCLIDEAN);
    HnswGraph second = graph(vectors, Metric.EUCLIDEAN);
    insertAll(first, 800);
    insertAll(second, 800);
    assertEquals(first.check(), second.check());
    for (int query = 0; query < 100; query++) {
      assertEquals(found(first, vectors, query, 10), found(second, vectors, query, 10));
    }
  }

  @ParameterizedTest
  @CsvSource({"EUCLIDEAN, 8, 101", "COSINE, 4, 102", "DOT, 2, 103", "HAMMING, 3, 104"})
  void interleavedChanges_random_agreeWithAModel(Metric metric, int m, long seed) {
    Random random = new Random(seed);
    int slots = 800;
    TestVectors vectors = TestVectors.generate(slots, 6, _ -> random.nextInt(7) - 3.3);
    HnswGraph graph =
        new HnswGraph(vectors, metric, new HnswParameters(m, 40, seed, Traversal.CODES));
    BitSet model = new BitSet();
    for (int step = 1; step <= 4_000; step++) {
      // Phases of growth and of decline, down to an empty graph and up again.
      boolean grow = random.nextInt(10) < (step / 1_000 % 2 == 0 ? 7 : 2);
      int slot = random.nextInt(slots);
      slot = grow ? model.nextClearBit(slot) % slots : Math.max(model.nextSetBit(slot), 0);
      if (grow && !model.get(slot)) {
        graph.insert(slot);
        model.set(slot);
      } else if (!grow && model.get(slot)) {
        graph.remove(slot);
        model.clear(slot);
      }
      assertEquals(model.get(slot), graph.contains(slot));
      assertEquals(model.cardinality(), graph.size());
      if (step % 500 == 0) {
        String when = metric + " m " + m + " seed " + seed + " step " + step;
        assertSound(graph, when);
        BitSet all = new BitSet();
        found(graph, vectors, slot, slots).forEach(all::set);
        assertEquals(model, all, when);
      }
    }
  }

  @Test
  void check_unsoundGraph_saysSo() {
    NodeBlocks blocks = new NodeBlocks(4, 0, 0);
    Topology topology = new Topology(blocks);
    Layer base = topology.base();
    base.add(0, new int[0]);
    base.add(1, new int[] {0});
    base.add(2, new int[] {0, 1, 1, 2});
    topology.setEntry(0, 0);
    HnswParameters parameters = new HnswParameters(2, 10, 0, Traversal.CODES);
    List<String> faults =
        new ArrayList<>(
            new GraphChecker(topology, new SpanningTree(blocks, base, 2), parameters)
                .check()
                .faults());
    for (String fault :
        Arrays.asList("linked to itself", "linked twice", "3 roots", "2 nodes cannot be reached")) {
      assertTrue(faults.stream().anyMatch(told -> told.contains(fault)), fault + " in " + faults);
    }
  }
}
