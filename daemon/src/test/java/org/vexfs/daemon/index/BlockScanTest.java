package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vexfs.daemon.distance.Metric;

/// Blocked scans find what [ExactScan] finds, bit by bit.
final class BlockScanTest {
  private static final long SEED = 77L;
  private static final int[] DIMENSIONS = {1, 7, 16, 100, 784};

  private final Random random = new Random(SEED);

  /// Small integers, whose sums float32 has exactly: kernels may round otherwise once they were
  /// compiled.
  private TestVectors integers(int count, int dimension) {
    return TestVectors.generate(count, dimension, _ -> random.nextInt(9) - 4);
  }

  /// Many equal vectors, so that ties decide.
  private TestVectors someEqual(int count, int dimension) {
    TestVectors vectors = integers(count, dimension);
    for (int slot = 0; slot < count; slot++) {
      if (random.nextInt(3) == 0) {
        vectors.copy(random.nextInt(count), slot);
      }
    }
    return vectors;
  }

  private static NearestHeap[] heaps(int queries, int k) {
    return IntStream.range(0, queries)
        .mapToObj(_ -> new NearestHeap(k))
        .toArray(NearestHeap[]::new);
  }

  private static List<String> rankings(NearestHeap heap) {
    heap.sort();
    return IntStream.range(0, heap.size())
        .mapToObj(rank -> heap.slot(rank) + " " + Float.floatToRawIntBits(heap.distance(rank)))
        .toList();
  }

  private static void assertSame(
      TestVectors vectors,
      Metric metric,
      TestVectors queries,
      SlotPredicate accept,
      NearestHeap[] found) {
    ExactScan plain = new ExactScan(vectors, metric);
    for (int query = 0; query < queries.count(); query++) {
      NearestHeap expected = new NearestHeap(found[query].k());
      plain.scan(queries.memory(), queries.offset(query), 0, vectors.count(), accept, expected);
      assertEquals(
          rankings(expected),
          rankings(found[query]),
          metric + ", dimension " + vectors.dimension() + ", seed " + SEED);
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void scan_severalQueries_findsWhatOneByOneFinds(Metric metric) {
    for (int dimension : DIMENSIONS) {
      TestVectors vectors = someEqual(1_500, dimension);
      TestVectors queries = integers(5, dimension);
      queries
          .memory()
          .asSlice(0, 4L * dimension)
          .copyFrom(vectors.memory().asSlice(vectors.offset(3), 4L * dimension));
      for (int k : new int[] {1, 10, 2_000}) {
        NearestHeap[] found = heaps(queries.count(), k);
        SlotPredicate accept = slot -> slot % 5 != 2;
        BlockScan scan = new BlockScan(vectors, metric, queries.memory(), found);
        scan.scan(0, 700, accept);
        scan.scan(700, 701, accept);
        scan.scan(701, vectors.count(), accept);
        assertEquals(1_200, scan.compared());
        assertSame(vectors, metric, queries, accept, found);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void scan_oneQuery_findsWhatPlainScanFinds(Metric metric) {
    TestVectors vectors = someEqual(1_500, 33);
    TestVectors query = integers(1, 33);
    NearestHeap[] found = heaps(1, 25);
    BlockScan scan = new BlockScan(vectors, metric, query.memory(), found);
    scan.scan(0, vectors.count(), SlotPredicate.ALL);
    assertEquals(vectors.count(), scan.compared());
    assertSame(vectors, metric, query, SlotPredicate.ALL, found);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void addAll_ofInterleavedRanges_findsWhatOneScanFinds(Metric metric) {
    TestVectors vectors = someEqual(3_000, 24);
    TestVectors queries = integers(3, 24);
    SlotSet accept = new SlotSet();
    for (int slot = 0; slot < vectors.count(); slot++) {
      if (random.nextInt(4) == 0) {
        accept.add(slot);
      }
    }
    NearestHeap[] found = heaps(queries.count(), 17);
    BlockScan one = new BlockScan(vectors, metric, queries.memory(), found);
    BlockScan other = new BlockScan(vectors, metric, queries.memory(), heaps(3, 17));
    for (int from = 0; from < vectors.count(); from += 100) {
      (from / 100 % 2 == 0 ? one : other).scan(from, from + 100, accept);
    }
    one.addAll(other);
    assertEquals(accept.size(), one.compared());
    assertSame(vectors, metric, queries, accept, found);
  }
}
