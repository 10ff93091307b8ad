package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vexfs.daemon.distance.Metric;

/// What a graph is to be after a long time: searches leave nothing to the garbage collector, and
/// change leaves nothing behind.
final class HnswSteadyStateTest {
  private static final long SEED = 9_011L;
  private static final int SLOTS = 1_000;

  private static HnswGraph graph(TestVectors base, Metric metric, Traversal traversal) {
    return new HnswGraph(base, metric, HnswParameters.DEFAULT.with(traversal));
  }

  private static void insert(HnswGraph graph, int from, int to) {
    for (int slot = from; slot < to; slot++) {
      graph.insert(slot);
    }
  }

  /// Until the vector kernels are compiled they allocate, whoever calls them; so this goes on until
  /// a round does not.
  @ParameterizedTest
  @EnumSource(Traversal.class)
  void search_onceCompiled_allocatesNothing(Traversal traversal) {
    TestVectors base = TestVectors.gaussian(new Random(SEED), 1_000, 64);
    HnswGraph graph = graph(base, Metric.EUCLIDEAN, traversal);
    insert(graph, 0, base.count());
    SearchScratch scratch = new SearchScratch();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int searches = 200;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 400 && least > 0; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < searches; i++) {
        graph.search(base.memory(), base.offset(i), 10, 40, SlotPredicate.ALL, scratch);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least, "bytes allocated by " + searches + " searches, seed " + SEED);
  }

  @ParameterizedTest
  @EnumSource(Traversal.class)
  void nineOfTenReplaced_graph_isLikeAFreshOne(Traversal traversal) throws IOException {
    TestVectors base = TestVectors.shared("sift-128.npy", 0, SLOTS);
    TestVectors others = TestVectors.shared("sift-128.npy", SLOTS, 2 * SLOTS);
    TestVectors queries = TestVectors.shared("sift-128.npy", 2 * SLOTS, 2 * SLOTS + 400);
    HnswGraph graph = graph(base, Metric.EUCLIDEAN, traversal);
    insert(graph, 0, SLOTS);
    int slotsBefore = graph.slots();
    for (int slot = 0; slot < SLOTS; slot++) {
      if (slot % 10 > 0) {
        graph.remove(slot);
      }
    }
    assertEquals(SLOTS / 10, graph.size());
    for (int slot = 0; slot < SLOTS; slot++) {
      if (slot % 10 > 0) {
        MemorySegment.copy(
            others.memory(),
            others.offset(slot),
            base.memory(),
            base.offset(slot),
            (long) Float.BYTES * base.dimension());
        graph.insert(slot);
      }
    }
    HnswGraph fresh = graph(base, Metric.EUCLIDEAN, traversal);
    insert(fresh, 0, SLOTS);
    assertEquals(List.of(), graph.check().faults());
    assertEquals(slotsBefore, graph.slots());
    assertEquals(fresh.slots(), graph.slots());
    for (int ef : new int[] {10, 20, 40}) {
      double expected = Recall.measure(fresh, base, queries, Metric.EUCLIDEAN, 10, ef);
      double recall = Recall.measure(graph, base, queries, Metric.EUCLIDEAN, 10, ef);
      assertTrue(recall >= expected - 0.01, "ef " + ef + ": " + recall + " against " + expected);
    }
  }

  @Test
  void zeroVectors_anyMetric_areFoundAmongOthers() {
    TestVectors base = TestVectors.gaussian(new Random(SEED), 300, 40);
    for (int slot = 0; slot < base.count(); slot += 3) {
      for (int i = 0; i < base.dimension(); i++) {
        base.set(slot, i, 0);
      }
    }
    for (Metric metric : Metric.values()) {
      HnswGraph graph = graph(base, metric, Traversal.CODES);
      insert(graph, 0, base.count());
      assertEquals(List.of(), graph.check().faults(), metric.id());
      SearchScratch scratch = new SearchScratch();
      int all = base.count();
      assertEquals(
          all,
          graph.search(base.memory(), base.offset(0), all, all, SlotPredicate.ALL, scratch),
          metric.id());
    }
  }
}
