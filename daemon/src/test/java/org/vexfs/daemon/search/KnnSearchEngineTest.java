package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.NotFound;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.store.HostChanges;

/// The edges of what can be searched. Where there are two sizes, the larger goes through the graph.
final class KnnSearchEngineTest {
  private static final long SEED = 99L;
  private static final int FEW = 7;
  private static final int MANY = 5_000;
  private static final VectorMatrix ORIGIN = VectorMatrix.ofVector(0, 0, 0);

  @TempDir Path directory;
  private TestEngine engine;

  @BeforeEach
  void open() throws IOException, VectorFailure {
    engine = TestEngine.in(directory, Metric.EUCLIDEAN);
  }

  @AfterEach
  void close() throws VectorFailure {
    engine.close();
  }

  private List<Hit> nearest(VectorMatrix to, int k) throws VectorFailure {
    return engine.hits(TestEngine.query(to, k, false), "");
  }

  private static double[] distances(List<Hit> hits) {
    return hits.stream().mapToDouble(Hit::distance).toArray();
  }

  private static List<String> paths(List<Hit> hits) {
    return hits.stream().map(hit -> hit.path().toString()).toList();
  }

  private void assertAllFound(List<Hit> hits, int count) {
    assertEquals(count, hits.size());
    assertEquals(count, paths(hits).stream().distinct().count());
    assertEquals(
        IntStream.rangeClosed(1, count).boxed().toList(), hits.stream().map(Hit::rank).toList());
  }

  @Test
  void search_collectionThatNeverHadAVector_isNotFound() {
    assertThrows(NotFound.class, () -> nearest(ORIGIN, 1));
  }

  @Test
  void search_oneVector_isFoundOnce() throws VectorFailure {
    engine.put("one", VectorMatrix.ofVector(3, 4, 0));
    List<Hit> hits = nearest(ORIGIN, 10);
    assertEquals(List.of("one"), paths(hits));
    assertEquals(5, hits.getFirst().distance());
  }

  @ParameterizedTest
  @ValueSource(ints = {FEW, MANY})
  void search_allVectorsEqual_findsAsManyAsAskedFor(int count) throws VectorFailure {
    for (int i = 0; i < count; i++) {
      engine.put("f" + i, VectorMatrix.ofVector(1, 2, 2));
    }
    engine.awaitGraph();
    List<Hit> hits = nearest(ORIGIN, 5);
    assertAllFound(hits, 5);
    assertTrue(Arrays.stream(distances(hits)).allMatch(distance -> distance == 3));
  }

  @Test
  void search_moreAskedForThanThereAre_findsAll() throws VectorFailure {
    for (int i = 0; i < FEW; i++) {
      engine.put("f" + i, VectorMatrix.ofVector(i, 0, 0));
    }
    engine.awaitGraph();
    List<Hit> hits = nearest(ORIGIN, 10_000);
    assertAllFound(hits, FEW);
    assertEquals(IntStream.range(0, FEW).mapToObj(i -> "f" + i).toList(), paths(hits));
  }

  @Test
  void search_offsetPartlyOrWhollyBehindTheLast_findsWhatIsLeft() throws VectorFailure {
    for (int i = 0; i < FEW; i++) {
      engine.put("f" + i, VectorMatrix.ofVector(i, 0, 0));
    }
    engine.awaitGraph();
    Query last = TestEngine.query(ORIGIN, 10, FEW - 2, false, OptionalDouble.empty());
    List<Hit> hits = engine.hits(last, "");
    assertEquals(List.of("f" + (FEW - 2), "f" + (FEW - 1)), paths(hits));
    assertEquals(List.of(FEW - 1, FEW), hits.stream().map(Hit::rank).toList());
    Query behind = TestEngine.query(ORIGIN, 10, FEW, false, OptionalDouble.empty());
    assertEquals(List.of(), engine.hits(behind, ""));
  }

  @Test
  void search_eachVectorOfManyFiles_findsAllThatShareIt() throws VectorFailure {
    for (int i = 0; i < MANY; i++) {
      engine.put("f" + i, VectorMatrix.ofVector(i % 50, 0, 0));
    }
    engine.awaitGraph();
    for (int value = 0; value < 50; value++) {
      List<Hit> hits = nearest(VectorMatrix.ofVector(value, 0, 0), MANY / 50);
      assertAllFound(hits, MANY / 50);
      assertEquals(0, hits.getLast().distance(), "value " + value);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {FEW, MANY})
  void search_zeroVectors_areFoundByAZeroQuery(int count) throws VectorFailure {
    for (int i = 0; i < count; i++) {
      engine.put("f" + i, i < 3 ? ORIGIN : VectorMatrix.ofVector(i, 1, 1));
    }
    engine.awaitGraph();
    List<Hit> hits = nearest(ORIGIN, 4);
    assertEquals(List.of("f0", "f1", "f2", "f3"), paths(hits));
    assertEquals(0, hits.get(2).distance());
  }

  @Test
  void search_zeroQueryUnderCosine_isRefused(@TempDir Path other)
      throws IOException, VectorFailure {
    try (TestEngine angles = TestEngine.in(other, Metric.COSINE)) {
      angles.put("f", VectorMatrix.ofVector(1, 0, 0));
      assertThrows(InvalidVector.class, () -> angles.hits(TestEngine.query(ORIGIN, 1, false), ""));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {FEW, MANY})
  void search_oneDimension_ordersByDistance(int count) throws VectorFailure {
    for (int i = 0; i < count; i++) {
      engine.put("f" + i, VectorMatrix.ofVector(i));
    }
    engine.awaitGraph();
    List<Hit> hits = nearest(VectorMatrix.ofVector(2.25f), 4);
    assertEquals(List.of("f2", "f3", "f1", "f4"), paths(hits));
  }

  @ParameterizedTest
  @ValueSource(ints = {FEW, MANY})
  void search_allDeleted_findsNothingAndThenWhatCameBack(int count) throws VectorFailure {
    for (int i = 0; i < count; i++) {
      engine.put("d/f" + i, VectorMatrix.ofVector(i, 0, 0));
    }
    engine.awaitGraph();
    assertEquals(5, engine.hits(TestEngine.query(ORIGIN, 5, false), "d").size());
    for (int i = 0; i < count; i++) {
      engine.remove("d/f" + i);
    }
    assertEquals(List.of(), nearest(ORIGIN, 5));
    assertEquals(List.of(), engine.hits(TestEngine.query(ORIGIN, 5, false), "d"));
    engine.put("d/back", VectorMatrix.ofVector(1, 0, 0));
    assertEquals(List.of("d/back"), paths(nearest(ORIGIN, 5)));
    assertEquals(List.of("back"), paths(engine.hits(TestEngine.query(ORIGIN, 5, false), "d")));
  }

  /// A few files have all the rows near the query, so that a file's best row stands for hundreds.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void search_severalRowsAFile_countsFiles(boolean exact) throws VectorFailure {
    Random random = new Random(SEED);
    for (int file = 0; file < 12; file++) {
      float[] rows = new float[3 * 300];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = 1 + file / 10f + random.nextFloat() / 20;
      }
      engine.put("near" + file, new VectorMatrix(300, 3, rows));
    }
    for (int i = 0; i < 30; i++) {
      engine.put("far" + i, VectorMatrix.ofVector(100 + i, 0, 0));
    }
    engine.awaitGraph();
    List<Hit> hits = engine.hits(TestEngine.query(ORIGIN, 15, exact), "");
    assertAllFound(hits, 15);
    List<String> expected =
        IntStream.range(0, 15).mapToObj(i -> i < 12 ? "near" + i : "far" + (i - 12)).toList();
    assertEquals(expected, paths(hits), "seed " + SEED);
    Query paged = TestEngine.query(ORIGIN, 3, 10, exact, OptionalDouble.empty());
    assertEquals(expected.subList(10, 13), paths(engine.hits(paged, "")), "seed " + SEED);
  }

  @ParameterizedTest
  @ValueSource(ints = {FEW, MANY})
  void search_maxDistance_cutsOff(int count) throws VectorFailure {
    for (int i = 0; i < count; i++) {
      engine.put("f" + i, VectorMatrix.ofVector(i, 0, 0));
    }
    engine.awaitGraph();
    Query within = TestEngine.query(ORIGIN, 100, 0, false, OptionalDouble.of(2));
    assertEquals(List.of("f0", "f1", "f2"), paths(engine.hits(within, "")));
    Query none = TestEngine.query(ORIGIN, 100, 0, false, OptionalDouble.of(-1));
    assertEquals(List.of(), engine.hits(none, ""));
  }

  /// Renaming something makes each search gather anew what lies below the directory, while more
  /// comes.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void search_belowADirectoryWhileFilesCome_findsAllAcknowledged(boolean withRenames)
      throws Exception {
    engine.put("other/f", ORIGIN);
    engine.put("d/first", ORIGIN);
    AtomicInteger acknowledged = new AtomicInteger(1);
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      Future<?> written =
          writer.submit(() -> {
            for (int i = 1; i <= 2_000; i++) {
              engine.put("d/f" + i, VectorMatrix.ofVector(i, 0, 0));
              acknowledged.set(i + 1);
            }
            return null;
          });
      for (int round = 0; !written.isDone(); round++) {
        if (withRenames) {
          String from = round % 2 == 0 ? "other" : "another";
          String to = round % 2 == 0 ? "another" : "other";
          HostChanges.rename(engine.store, new TreePath(from), new TreePath(to));
        }
        int before = acknowledged.get();
        int found = engine.hits(TestEngine.query(ORIGIN, 3_000, false), "d").size();
        assertTrue(found >= before, found + " found of " + before);
      }
      written.get();
    }
    assertEquals(2_001, engine.hits(TestEngine.query(ORIGIN, 3_000, false), "d").size());
  }

  /// More questions than are asked together, over more rows than one thread compares alone.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void search_batch_answersEachAsIfAskedAlone(boolean exact) throws VectorFailure {
    Random random = new Random(SEED);
    int dimension = 40;
    for (int i = 0; i < MANY; i++) {
      engine.put("f" + i, random(random, 1, dimension));
    }
    engine.awaitGraph();
    VectorMatrix batch = random(random, 2 * NearestFiles.QUESTIONS_AT_ONCE + 3, dimension);
    Answer together =
        engine.engine.search(TestEngine.query(batch, 10, exact), TreePath.ROOT, TestEngine.OPEN);
    assertEquals(batch.rows(), together.results().size());
    for (int row = 0; row < batch.rows(); row++) {
      float[] values = Arrays.copyOfRange(batch.values(), row * dimension, (row + 1) * dimension);
      List<Hit> alone = nearestOne(VectorMatrix.ofVector(values), exact);
      Answer.Result result = together.results().get(row);
      assertEquals(row, result.summary().query());
      assertEquals(exact, result.summary().exact());
      assertEquals(paths(alone), paths(result.hits()), "question " + row + ", seed " + SEED);
      assertEquals(Arrays.toString(distances(alone)), Arrays.toString(distances(result.hits())));
    }
  }

  private List<Hit> nearestOne(VectorMatrix vector, boolean exact) throws VectorFailure {
    return engine.hits(TestEngine.query(vector, 10, exact), "");
  }

  /// Small integers, of which every distance is what it is, however it is summed up.
  private static VectorMatrix random(Random random, int rows, int dimension) {
    float[] values = new float[rows * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(41) - 20;
    }
    return new VectorMatrix(rows, dimension, values);
  }
}
