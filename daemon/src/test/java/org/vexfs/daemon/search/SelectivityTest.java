package org.vexfs.daemon.search;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.store.FileNode;

/// Searches among shares of 100,000 vectors, from all of them to one, judged by sorting.
///
/// Directories lie in one another, each with a random share of the one above it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SelectivityTest {
  private static final long SEED = 160_309_320L;
  private static final int COUNT = 100_000;
  private static final int DIMENSION = 16;
  private static final int QUERIES = 40;
  private static final int K = 10;
  private static final double LEAST_RECALL = 0.95;

  /// How many files lie below each directory, from all of them on.
  private static final int[] SHARES = {COUNT, 50_000, 10_000, 1_000, 100, 10, 1};

  private final Random random = new Random(SEED);
  private final float[][] vectors = new float[COUNT][DIMENSION];
  private final int[] places = new int[COUNT];
  private final Map<FileNode, Integer> numbers = new HashMap<>();
  private final float[][] queries = new float[QUERIES][DIMENSION];
  private TestEngine engine;

  @BeforeAll
  void attach(@TempDir Path directory) throws IOException, VectorFailure {
    engine = TestEngine.in(directory, Metric.EUCLIDEAN);
    for (int i = 0; i < COUNT; i++) {
      fill(vectors[i]);
      places[i] = i;
    }
    for (int i = COUNT - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int place = places[i];
      places[i] = places[other];
      places[other] = place;
    }
    for (int i = 0; i < COUNT; i++) {
      engine.put(path(i), VectorMatrix.ofVector(vectors[i]));
      numbers.put(engine.collection().owner(i), i);
    }
    for (float[] query : queries) {
      fill(query);
    }
    engine.awaitGraph();
  }

  @AfterAll
  void close() throws VectorFailure {
    engine.close();
  }

  private void fill(float[] values) {
    for (int i = 0; i < DIMENSION; i++) {
      values[i] = (float) random.nextGaussian();
    }
  }

  private static String directory(int level) {
    return String.join("/", IntStream.rangeClosed(1, level).mapToObj(i -> "d" + i).toList());
  }

  private String path(int number) {
    int level = SHARES.length - 1;
    while (places[number] >= SHARES[level]) {
      level--;
    }
    return level == 0 ? "f" + number : directory(level) + "/f" + number;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  /// The distances of the nearest among those that match.
  private double[] nearest(float[] query, IntPredicate matches) {
    return IntStream.range(0, COUNT)
        .filter(matches)
        .mapToDouble(i -> distance(query, vectors[i]))
        .sorted()
        .limit(K)
        .toArray();
  }

  private static int number(Hit hit) {
    String path = hit.path().toString();
    return Integer.parseInt(path.substring(path.lastIndexOf('f') + 1));
  }

  /// Checks that nothing is missing and nothing wrong, and returns the share of the nearest.
  private double recall(List<Hit> hits, float[] query, IntPredicate matches) {
    double[] expected = nearest(query, matches);
    assertEquals(expected.length, hits.size(), "hits, seed " + SEED);
    int found = 0;
    List<Integer> seen = new ArrayList<>();
    for (Hit hit : hits) {
      int number = number(hit);
      assertTrue(matches.test(number), "a hit that does not match");
      seen.add(number);
      assertEquals(distance(query, vectors[number]), hit.distance(), 1e-4);
      found += hit.distance() <= expected[expected.length - 1] + 1e-5 ? 1 : 0;
    }
    assertEquals(seen.size(), seen.stream().distinct().count(), "a file twice");
    return expected.length == 0 ? 1 : (double) found / expected.length;
  }

  @FunctionalInterface
  private interface Searching {
    Answer search(Query query) throws VectorFailure;
  }

  private void assertFinds(String what, IntPredicate matches, Searching searching)
      throws VectorFailure {
    double sum = 0;
    int scanned = 0;
    for (float[] query : queries) {
      Query asked = TestEngine.query(VectorMatrix.ofVector(query), K, false);
      Answer.Result result = searching.search(asked).results().getFirst();
      double recall = recall(result.hits(), query, matches);
      sum += recall;
      if (result.summary().exact()) {
        assertEquals(1, recall, what + ": exact, seed " + SEED);
        scanned++;
      }
    }
    double mean = sum / QUERIES;
    System.out.printf("%s: recall %.4f, %d of %d exact%n", what, mean, scanned, QUERIES);
    assertTrue(mean >= LEAST_RECALL, what + ": recall " + mean + ", seed " + SEED);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "4", "5", "6"})
  void search_belowADirectory_findsAllThatMatch(int level) throws VectorFailure {
    TreePath below = level == 0 ? TreePath.ROOT : new TreePath(directory(level));
    assertFinds(
        "below a directory of " + SHARES[level],
        number -> places[number] < SHARES[level],
        query -> engine.engine.search(query, below, TestEngine.OPEN));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "4", "5", "6"})
  void search_withAFilter_findsAllThatMatch(int level) throws VectorFailure {
    IntPredicate matches = number -> places[number] < SHARES[level];
    assertFinds(
        "filter for " + SHARES[level],
        matches,
        query ->
            engine.engine.search(
                query, TreePath.ROOT, TestEngine.OPEN, file -> matches.test(number(file))));
  }

  @ParameterizedTest
  @CsvSource({"50000", "10000", "1000"})
  void search_whatMatchesLiesFarAway_findsAllThatMatch(int count) throws VectorFailure {
    double[] along = IntStream.range(0, COUNT).mapToDouble(number -> -vectors[number][0]).toArray();
    double[] sorted = along.clone();
    Arrays.sort(sorted);
    double bound = sorted[count - 1];
    for (float[] query : queries) {
      query[0] -= 3;
    }
    IntPredicate matches = number -> along[number] <= bound;
    try {
      assertFinds(
          "far away, " + count,
          matches,
          query ->
              engine.engine.search(
                  query, TreePath.ROOT, TestEngine.OPEN, file -> matches.test(number(file))));
    } finally {
      for (float[] query : queries) {
        query[0] += 3;
      }
    }
  }

  @Test
  void search_filterWithinADirectory_findsAllThatMatch() throws VectorFailure {
    IntPredicate even = number -> number % 2 == 0;
    assertFinds(
        "half of a directory of 10,000",
        even.and(number -> places[number] < 10_000),
        query ->
            engine.engine.search(
                query,
                new TreePath(directory(2)),
                TestEngine.OPEN,
                file -> even.test(number(file))));
  }

  private int number(FileNode file) {
    return requireNonNull(numbers.get(file));
  }
}
