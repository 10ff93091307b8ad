package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vexfs.daemon.distance.DistanceKernel;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.distance.ScalarKernels;

final class ExactScanTest {
  private static final long SEED = 4_711L;
  private static final int COUNT = 500;

  /// Small integers, so that sums are exact in float32 and the scalar kernel orders as the fast one
  /// does.
  private static TestVectors integers(Random random) {
    return TestVectors.generate(COUNT, 19, _ -> random.nextInt(9) - 4);
  }

  private static List<Integer> sorted(TestVectors vectors, Metric metric, SlotPredicate accept) {
    DistanceKernel kernel = ScalarKernels.forMetric(metric);
    return IntStream.range(0, COUNT)
        .filter(accept::test)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer slot) ->
                kernel.distance(
                    vectors.memory(),
                    0,
                    vectors.memory(),
                    vectors.offset(slot),
                    vectors.dimension())))
        .toList();
  }

  private static List<Integer> slots(NearestHeap heap) {
    heap.sort();
    return IntStream.range(0, heap.size()).map(heap::slot).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"EUCLIDEAN", "DOT", "MANHATTAN", "HAMMING"})
  void scan_predicateAndParts_findsWhatSortingFinds(Metric metric) {
    TestVectors vectors = integers(new Random(SEED));
    ExactScan scan = new ExactScan(vectors, metric);
    SlotPredicate accept = slot -> slot % 3 != 1;
    List<Integer> expected = sorted(vectors, metric, accept);
    for (int k : new int[] {1, 10, COUNT + 5}) {
      NearestHeap heap = new NearestHeap(k);
      scan.scan(vectors.memory(), 0, 0, 123, accept, heap);
      scan.scan(vectors.memory(), 0, 123, COUNT, accept, heap);
      assertEquals(
          expected.subList(0, Math.min(k, expected.size())),
          slots(heap),
          "k " + k + " seed " + SEED);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"EUCLIDEAN", "DOT", "MANHATTAN", "HAMMING"})
  void scan_listOfSlots_findsWhatSortingFinds(Metric metric) {
    TestVectors vectors = integers(new Random(SEED));
    ExactScan scan = new ExactScan(vectors, metric);
    int[] listed = IntStream.range(0, COUNT).filter(slot -> slot % 7 == 2).toArray();
    NearestHeap heap = new NearestHeap(10);
    scan.scan(vectors.memory(), 0, listed, 0, listed.length, heap);
    assertEquals(
        sorted(vectors, metric, slot -> slot % 7 == 2).subList(0, 10), slots(heap), "seed " + SEED);
  }
}
