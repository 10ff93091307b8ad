package org.vexfs.daemon.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Percentiles of a histogram against those of the sorted values.
final class HistogramTest {
  private static final double[] SHARES = {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1};

  private static Histogram.Snapshot snapshot(long... values) {
    Histogram histogram = new Histogram();
    for (long value : values) {
      histogram.record(value);
    }
    return histogram.snapshot();
  }

  @Test
  void nothing_isZero() {
    Histogram.Snapshot nothing = snapshot();
    assertEquals(0, nothing.count());
    assertEquals(0, nothing.sum());
    assertEquals(0, nothing.max());
    assertEquals(0, nothing.percentile(0.5));
    assertEquals(0, nothing.countUpTo(Long.MAX_VALUE));
  }

  @Test
  void smallValues_areExact() {
    long[] values = new long[256];
    Arrays.setAll(values, i -> i);
    Histogram.Snapshot all = snapshot(values);
    for (int i = 0; i < values.length; i++) {
      assertEquals(i, all.percentile((i + 1) / 256.0));
      assertEquals(i + 1, all.countUpTo(i));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 255, 256, 257, 1L << 40, (1L << 62) - 1, Long.MAX_VALUE})
  void oneValue_isEveryPercentile(long value) {
    Histogram.Snapshot one = snapshot(value);
    long counted = Math.max(0, value);
    assertEquals(1, one.count());
    assertEquals(counted, one.max());
    assertEquals(counted, one.percentile(0.5));
    assertEquals(counted, one.percentile(1));
  }

  @Test
  void percentiles_ofRandomValues_areAtMostOnePart128TooLarge() {
    long seed = Long.getLong("vexfs.seed", System.nanoTime());
    System.out.println("HistogramTest: repeat with -Dvexfs.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      long[] values = new long[1 + random.nextInt(3000)];
      int digits = 1 + random.nextInt(45);
      Arrays.setAll(values, _ -> random.nextLong() >>> (63 - random.nextInt(digits)) >>> 1);
      Histogram.Snapshot spread = snapshot(values);
      Arrays.sort(values);
      assertEquals(values.length, spread.count());
      assertEquals(Arrays.stream(values).sum(), spread.sum());
      for (double share : SHARES) {
        long exact = values[Math.max(1, (int) Math.ceil(share * values.length)) - 1];
        long told = spread.percentile(share);
        assertTrue(
            exact <= told && told <= exact + exact / 128,
            () -> "%.3f: %d for %d".formatted(share, told, exact));
      }
      long limit = values[random.nextInt(values.length)];
      long upTo = Arrays.stream(values).filter(value -> value <= limit).count();
      assertTrue(spread.countUpTo(limit) <= upTo);
      assertTrue(spread.countUpTo(limit + limit / 128 + 1) >= upTo);
    }
  }

  @Test
  void threads_loseNothing() throws Exception {
    Histogram histogram = new Histogram();
    int threads = 4;
    int each = 100_000;
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int value = 0; value < each; value++) {
                  histogram.record(value);
                }
              }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    Histogram.Snapshot all = histogram.snapshot();
    assertEquals((long) threads * each, all.count());
    assertEquals((long) threads * each * (each - 1) / 2, all.sum());
    assertEquals(each - 1, all.max());
    assertEquals(all.count(), all.countUpTo(Long.MAX_VALUE));
  }
}
