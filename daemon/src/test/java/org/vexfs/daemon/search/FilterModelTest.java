package org.vexfs.daemon.search;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.search.FilterModel.ModelFile;
import org.vexfs.daemon.search.FilterModel.ModelFilter;

/// Random filters over random files, judged by looking at every file ([FilterModel]).
///
/// `-Dvexfs.filters=N` puts so many filters to them, `-Dvexfs.filter.seed=N` begins elsewhere.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FilterModelTest {
  private static final int FILES = 6_000;
  private static final int DIMENSION = 8;
  private static final double LEAST_RECALL = 0.95;

  private final long seed = Long.getLong("vexfs.filter.seed", 20_251_122);
  private final int filters = Integer.getInteger("vexfs.filters", 150);
  private final Random random = new Random(seed);
  private final FilterModel model = new FilterModel(random);
  private final Map<String, ModelFile> files = new TreeMap<>();
  private final Map<String, float[]> vectors = new HashMap<>();
  private final OpenView view = new OpenView();
  private TestEngine engine;

  @BeforeAll
  void attach(@TempDir Path directory) throws IOException, VectorFailure {
    engine = TestEngine.in(directory, Metric.EUCLIDEAN);
    for (int i = 0; i < FILES; i++) {
      ModelFile file = model.anyFile(i);
      float[] vector = anyVector();
      files.put(file.path(), file);
      vectors.put(file.path(), vector);
      view.give(new TreePath(file.path()), file.facts());
      engine.put(file.path(), VectorMatrix.ofVector(vector));
    }
    engine.awaitGraph();
  }

  @AfterAll
  void close() throws VectorFailure {
    engine.close();
  }

  private float[] anyVector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  private float[] vectorOf(String path) {
    return requireNonNull(vectors.get(path), path);
  }

  private Answer.Result ask(ModelFilter filter, float[] vector, int k, boolean exact)
      throws VectorFailure {
    StringBuilder values = new StringBuilder();
    for (float value : vector) {
      values.append(values.isEmpty() ? "" : ",").append(value);
    }
    String query =
        "{\"vector\":[%s],\"k\":%d,\"exact\":%b,\"filter\":%s}"
            .formatted(values, k, exact, filter.json());
    return engine
        .engine
        .search(QueryParser.parse(query.getBytes(StandardCharsets.UTF_8)), TreePath.ROOT, view)
        .results()
        .getFirst();
  }

  /// Checks an answer, and returns the share of the nearest that it has.
  private double recall(ModelFilter filter, float[] vector, int k, boolean exact)
      throws VectorFailure {
    String about = filter.json() + ", k " + k + ", seed " + seed;
    double[] expected =
        files.values().stream()
            .filter(filter.passes())
            .mapToDouble(file -> distance(vector, vectorOf(file.path())))
            .sorted()
            .limit(k)
            .toArray();
    Answer.Result result = ask(filter, vector, k, exact);
    List<Hit> hits = result.hits();
    assertEquals(expected.length, hits.size(), about);
    assertEquals(hits.size(), result.summary().hits(), about);
    int found = 0;
    for (int i = 0; i < hits.size(); i++) {
      String path = hits.get(i).path().bytes();
      assertTrue(
          filter.passes().test(requireNonNull(files.get(path))),
          () -> path + " does not match " + about);
      assertEquals(distance(vector, vectorOf(path)), hits.get(i).distance(), 1e-4, about);
      if (result.summary().exact()) {
        assertEquals(expected[i], hits.get(i).distance(), 1e-4, about);
      }
      found += hits.get(i).distance() <= expected[expected.length - 1] + 1e-5 ? 1 : 0;
    }
    return expected.length == 0 ? 1 : (double) found / expected.length;
  }

  @Test
  void search_anyFilter_findsTheNearestThatPass() throws VectorFailure {
    double sum = 0;
    for (int i = 0; i < filters; i++) {
      ModelFilter filter = model.anyFilter(3);
      float[] vector = anyVector();
      int k = 1 + random.nextInt(30);
      assertEquals(1, recall(filter, vector, k, true), filter.json() + ", seed " + seed);
      sum += recall(filter, vector, k, false);
    }
    System.out.printf("%d filters: recall %.4f%n", filters, sum / filters);
    assertTrue(sum / filters >= LEAST_RECALL, "recall " + sum / filters + ", seed " + seed);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.9, 0.5, 0.2, 0.1, 0.05, 0.01, 0.002, 0.0005, 0})
  void search_filterOfAnyShare_findsTheNearestThatPass(double share) throws VectorFailure {
    ModelFilter filter = model.sharing(share);
    double sum = 0;
    int queries = 20;
    for (int i = 0; i < queries; i++) {
      float[] vector = anyVector();
      assertEquals(1, recall(filter, vector, 10, true), filter.json() + ", seed " + seed);
      sum += recall(filter, vector, 10, false);
    }
    assertTrue(sum / queries >= LEAST_RECALL, "recall " + sum / queries + ", seed " + seed);
  }

  @Test
  void search_exactlyBelowADirectory_comparesPathsAsSeenFromThere() throws VectorFailure {
    String query =
        "{\"vector\":[0,0,0,0,0,0,0,0],\"k\":%d,\"filter\":{\"key\":\"path\",\"match\":{\"glob\":\"e1/*\"}}}"
            .formatted(FILES);
    List<Hit> hits =
        engine
            .engine
            .search(
                QueryParser.parse(query.getBytes(StandardCharsets.UTF_8)), new TreePath("d2"), view)
            .results()
            .getFirst()
            .hits();
    assertEquals(
        files.keySet().stream().filter(path -> path.startsWith("d2/e1/")).toList(),
        hits.stream().map(hit -> "d2/" + hit.path().bytes()).sorted().toList());
  }
}
