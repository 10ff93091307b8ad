package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class NearestHeapTest {
  private static int[] slots(NearestHeap heap) {
    return IntStream.range(0, heap.size()).map(heap::slot).toArray();
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  @Test
  void offer_randomDistances_keepsTheNearestInOrder() {
    long seed = 17;
    Random random = new Random(seed);
    NearestHeap heap = new NearestHeap(1);
    for (int round = 0; round < 300; round++) {
      int count = random.nextInt(400);
      int k = 1 + random.nextInt(200);
      heap.reset(k);
      long[] rankings = new long[count];
      for (int slot = 0; slot < count; slot++) {
        // Few distinct values, of either sign: many ties.
        float distance = (random.nextInt(50) - 25) / 4f;
        rankings[slot] = Ranking.of(slot, distance);
        heap.offer(slot, distance);
      }
      Arrays.sort(rankings);
      heap.sort();
      int[] expected = Arrays.stream(rankings).limit(k).mapToInt(Ranking::slot).toArray();
      assertEquals(
          Arrays.toString(expected),
          Arrays.toString(slots(heap)),
          "round " + round + " seed " + seed);
    }
  }

  @Test
  void offer_equalDistances_keepsTheLowestSlots() {
    NearestHeap heap = new NearestHeap(3);
    for (int slot = 9; slot >= 0; slot--) {
      heap.offer(slot, slot % 2 == 0 ? 0f : -0f);
    }
    heap.sort();
    assertEquals(Arrays.toString(range(0, 3)), Arrays.toString(slots(heap)));
  }

  @Test
  void offer_fartherThanTheWorst_isRefused() {
    NearestHeap heap = new NearestHeap(2);
    assertEquals(Float.POSITIVE_INFINITY, heap.worst());
    assertTrue(heap.offer(1, 5));
    assertFalse(heap.isFull());
    assertTrue(heap.offer(2, Float.POSITIVE_INFINITY));
    assertTrue(heap.isFull());
    assertTrue(heap.offer(3, -1));
    assertEquals(5, heap.worst());
    assertFalse(heap.offer(4, 6));
    assertFalse(heap.offer(5, Float.NaN));
    heap.sort();
    assertEquals(5, heap.worst());
    assertEquals(-1, heap.distance(0));
    assertEquals(5, heap.distance(1));
  }

  @Test
  void rank_beyondTheKept_isRefused() {
    NearestHeap heap = new NearestHeap(2);
    heap.offer(1, 5);
    assertThrows(IllegalStateException.class, () -> heap.slot(0));
    heap.sort();
    assertEquals(1, heap.slot(0));
    assertThrows(IllegalStateException.class, () -> heap.slot(1));
  }

  @Test
  void reset_capacityBelowOne_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new NearestHeap(0));
  }

  @Test
  void ranking_anyDistance_survivesTheRoundTrip() {
    float[] distances = {
      Float.NEGATIVE_INFINITY,
      -Float.MAX_VALUE,
      -1.5f,
      -Float.MIN_VALUE,
      0,
      Float.MIN_VALUE,
      2,
      Float.MAX_VALUE,
      Float.POSITIVE_INFINITY
    };
    long before = Long.MIN_VALUE;
    for (float distance : distances) {
      for (int slot : new int[] {0, 1, Integer.MAX_VALUE}) {
        long ranking = Ranking.of(slot, distance);
        assertTrue(ranking > before, "slot " + slot + " distance " + distance);
        assertEquals(slot, Ranking.slot(ranking));
        assertEquals(distance, Ranking.distance(ranking));
        before = ranking;
      }
    }
  }
}
