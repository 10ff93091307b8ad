package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vexfs.daemon.distance.Metric;

final class HnswConcurrencyTest {
  private static final long SEED = 90_210L;
  private static final int SLOTS = 2_000;

  /// Slots below this are inserted first and stay, so every search has something to find.
  private static final int LASTING = 300;

  private static final int READERS = 3;

  private final TestVectors vectors = TestVectors.gaussian(new Random(SEED), SLOTS, 16);
  private final HnswGraph graph =
      new HnswGraph(vectors, Metric.EUCLIDEAN, new HnswParameters(8, 60, SEED, Traversal.CODES));

  /// 0 for a slot that was never in the graph.
  private final AtomicIntegerArray inserted = new AtomicIntegerArray(SLOTS);

  private final AtomicBoolean writing = new AtomicBoolean(true);

  private int write(CyclicBarrier start) throws Exception {
    start.await();
    Random random = new Random(SEED);
    try {
      for (int round = 0; round < 3; round++) {
        for (int slot = LASTING; slot < SLOTS; slot++) {
          if (!graph.contains(slot)) {
            inserted.set(slot, 1);
            graph.insert(slot);
          }
        }
        for (int slot = LASTING; slot < SLOTS; slot++) {
          if (round == 2 || random.nextInt(3) > 0) {
            graph.remove(slot);
          }
        }
      }
    } finally {
      writing.set(false);
    }
    return 0;
  }

  /// Searches for lasting vectors until the writer has ended; returns how often it missed one that
  /// was there all the time.
  private int read(CyclicBarrier start, int reader) throws Exception {
    start.await();
    SearchScratch scratch = new SearchScratch();
    int misses = 0;
    int searches = 0;
    while (writing.get() || searches < 100) {
      int wanted = (searches * 7 + reader) % LASTING;
      int size =
          graph.search(
              vectors.memory(), vectors.offset(wanted), 32, 32, SlotPredicate.ALL, scratch);
      boolean found = false;
      for (int rank = 0; rank < size; rank++) {
        assertEquals(1, inserted.get(scratch.slot(rank)), "slot " + scratch.slot(rank));
        found |= scratch.slot(rank) == wanted;
        assertTrue(rank == 0 || scratch.distance(rank - 1) <= scratch.distance(rank));
      }
      misses += found ? 0 : 1;
      searches++;
    }
    // Of searches among changes a few may take a path that is cut under them.
    assertTrue(misses <= searches / 20, misses + " of " + searches + " missed, seed " + SEED);
    return searches;
  }

  @Test
  void searches_besideInsertionsAndRemovals_findOnlyWhatWasThere() throws Exception {
    for (int slot = 0; slot < LASTING; slot++) {
      inserted.set(slot, 1);
      graph.insert(slot);
    }
    CyclicBarrier start = new CyclicBarrier(READERS + 1);
    List<Callable<Integer>> tasks = new ArrayList<>();
    tasks.add(() -> write(start));
    for (int i = 0; i < READERS; i++) {
      int reader = i;
      tasks.add(() -> read(start, reader));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS + 1)) {
      for (Future<Integer> task : threads.invokeAll(tasks)) {
        task.get();
      }
    }
    assertEquals(List.of(), graph.check().faults());
    assertEquals(LASTING, graph.size());
  }

  @ParameterizedTest
  @EnumSource(Traversal.class)
  void insertions_sideBySide_makeAsGoodAGraph(Traversal traversal) throws Exception {
    TestVectors queries = TestVectors.gaussian(new Random(SEED + 1), 300, 16);
    HnswParameters parameters = new HnswParameters(8, 60, SEED, traversal);
    HnswGraph alone = new HnswGraph(vectors, Metric.EUCLIDEAN, parameters);
    for (int slot = 0; slot < SLOTS; slot++) {
      alone.insert(slot);
    }
    HnswGraph together = new HnswGraph(vectors, Metric.EUCLIDEAN, parameters);
    int writers = 4;
    CyclicBarrier start = new CyclicBarrier(writers);
    AtomicInteger next = new AtomicInteger();
    Callable<Integer> task =
        () -> {
          start.await();
          int slot = next.getAndIncrement();
          while (slot < SLOTS) {
            together.insert(slot);
            slot = next.getAndIncrement();
          }
          return slot;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      for (Future<Integer> done : threads.invokeAll(Collections.nCopies(writers, task))) {
        done.get();
      }
    }
    assertEquals(List.of(), together.check().faults(), "seed " + SEED);
    assertEquals(SLOTS, together.size());
    double expected = Recall.measure(alone, vectors, queries, Metric.EUCLIDEAN, 10, 40);
    double recall = Recall.measure(together, vectors, queries, Metric.EUCLIDEAN, 10, 40);
    assertTrue(recall >= expected - 0.02, recall + " against " + expected + " alone, seed " + SEED);
  }

  @Test
  void changes_fromSeveralThreads_takeTurns() throws Exception {
    int writers = 4;
    CyclicBarrier start = new CyclicBarrier(writers);
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      int first = i;
      tasks.add(() -> {
        start.await();
        for (int slot = first; slot < 1_000; slot += writers) {
          graph.insert(slot);
        }
        for (int slot = first; slot < 1_000; slot += 2 * writers) {
          graph.remove(slot);
        }
        return 0;
      });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      for (Future<Integer> task : threads.invokeAll(tasks)) {
        task.get();
      }
    }
    assertEquals(List.of(), graph.check().faults());
    assertEquals(500, graph.size());
  }
}
