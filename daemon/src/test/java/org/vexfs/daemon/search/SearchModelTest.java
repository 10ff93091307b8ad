package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.HostChanges;

/// Random changes and searches of every kind, one after the other, while the index keeps up behind
/// them, judged by a model. Longer with `-Dvexfs.search.steps=N`, again with `-Dvexfs.search.seed`.
final class SearchModelTest {
  private static final int STEPS = Integer.getInteger("vexfs.search.steps", 2_500);
  private static final long SEED =
      Long.getLong("vexfs.search.seed", ThreadLocalRandom.current().nextInt(1 << 30));
  private static final int INITIAL_FILES = 4_000;
  private static final double LEAST_RECALL = 0.95;

  private final Random random = new Random(SEED);
  private final SearchModel model = new SearchModel(random);
  private long approximateHits;
  private long nearestHits;
  private int approximate;
  private int exact;

  @Test
  void changesAndSearches_atRandom_agreeWithTheModel(@TempDir Path directory)
      throws IOException, VectorFailure {
    System.out.println("vexfs.search.seed=" + SEED);
    try (TestEngine engine = TestEngine.in(directory, Metric.EUCLIDEAN)) {
      for (int i = 0; i < INITIAL_FILES; i++) {
        put(engine, model.anyName());
      }
      for (int step = 0; step < STEPS; step++) {
        if (random.nextBoolean()) {
          search(engine);
        } else {
          change(engine);
        }
      }
    }
    double recall = approximateHits == 0 ? 1 : (double) nearestHits / approximateHits;
    System.out.printf(
        "%d exact answers, %d approximate ones with a recall of %.4f%n",
        exact, approximate, recall);
    assertTrue(exact > 0 && approximate > 0, "both kinds of answer");
    assertTrue(recall >= LEAST_RECALL, "recall " + recall + ", seed " + SEED);
  }

  private void put(TestEngine engine, String path) throws VectorFailure {
    VectorMatrix matrix = model.anyMatrix();
    engine.put(path, matrix);
    model.put(path, matrix);
  }

  private void change(TestEngine engine) throws VectorFailure {
    String path = model.anyPath();
    String other = model.anyName();
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> put(engine, other);
      case 4, 5 -> put(engine, path);
      case 6, 7 -> {
        if (model.size() > INITIAL_FILES / 2) {
          engine.remove(path);
          model.detach(path);
        }
      }
      case 8 -> {
        engine.store.unlinked(new TreePath(path));
        model.unlink(path);
      }
      case 9 -> {
        if (!path.equals(other)) {
          HostChanges.rename(engine.store, new TreePath(path), new TreePath(other));
          model.renameFile(path, other);
        }
      }
      case 10 -> {
        if (!path.equals(other)) {
          HostChanges.link(engine.store, new TreePath(path), new TreePath(other));
          model.link(path, other);
        }
      }
      default -> renameDirectory(engine);
    }
  }

  private void renameDirectory(TestEngine engine) throws VectorFailure {
    String from = model.anyDirectory();
    String to = model.anyDirectory();
    boolean apart = !(from + "/").startsWith(to + "/") && !(to + "/").startsWith(from + "/");
    if (apart && model.hasBelow(from) && !model.hasBelow(to)) {
      HostChanges.rename(engine.store, new TreePath(from), new TreePath(to));
      model.renameDirectory(from, to);
    }
  }

  private String anyScope() {
    return random.nextInt(3) == 0 ? "" : model.anyDirectory();
  }

  private void search(TestEngine engine) throws VectorFailure {
    List<float[]> questions = model.anyQueries();
    String directory = anyScope();
    boolean evenOnly = random.nextInt(5) == 0;
    int k = 1 + random.nextInt(random.nextInt(10) == 0 ? 3_000 : 20);
    int offset = random.nextInt(3) == 0 ? random.nextInt(40) : 0;
    double maxDistance = random.nextInt(4) == 0 ? random.nextInt(20) : Double.MAX_VALUE;
    boolean wantsExact = random.nextInt(3) == 0;
    Query query =
        TestEngine.query(
            SearchModel.matrix(questions),
            k,
            offset,
            wantsExact,
            maxDistance == Double.MAX_VALUE
                ? OptionalDouble.empty()
                : OptionalDouble.of(maxDistance));
    Answer answer =
        evenOnly
            ? engine.engine.search(
                query, new TreePath(directory), TestEngine.OPEN, evenFiles(engine))
            : engine.engine.search(query, new TreePath(directory), TestEngine.OPEN);
    assertEquals(questions.size(), answer.results().size());
    for (int i = 0; i < questions.size(); i++) {
      Answer.Result result = answer.results().get(i);
      assertTrue(result.summary().exact() || !wantsExact, "exact was asked for");
      check(result, questions.get(i), directory, evenOnly, query);
    }
  }

  /// Lets files through whose number in the model is even.
  private Predicate<FileNode> evenFiles(TestEngine engine) {
    Map<FileNode, Boolean> known = new HashMap<>();
    return file -> {
      synchronized (known) {
        return known.computeIfAbsent(
            file,
            asked ->
                engine.store.paths(asked).stream()
                    .anyMatch(path -> model.file("", path.toString()).number() % 2 == 0));
      }
    };
  }

  private void check(
      Answer.Result result, float[] question, String directory, boolean evenOnly, Query query) {
    double maxDistance = query.maxDistance().orElse(Double.MAX_VALUE);
    double[] all = model.distances(question, directory, evenOnly, maxDistance);
    double[] expected =
        Arrays.copyOfRange(
            all,
            Math.min(query.offset(), all.length),
            Math.min(query.offset() + query.k(), all.length));
    String what = query + " below '" + directory + "', seed " + SEED;
    List<Hit> hits = result.hits();
    Set<Integer> seen = new HashSet<>();
    for (Hit hit : hits) {
      SearchModel.ModelFile file = model.file(directory, hit.path().toString());
      assertTrue(seen.add(file.number()), "a file twice: " + what);
      assertTrue(!evenOnly || file.number() % 2 == 0, "a file that does not match: " + what);
      assertEquals(file.distance(question), hit.distance(), "best row: " + what);
    }
    double[] found = hits.stream().mapToDouble(Hit::distance).toArray();
    if (result.summary().exact()) {
      exact++;
      assertEquals(Arrays.toString(expected), Arrays.toString(found), what);
    } else {
      approximate++;
      if (query.maxDistance().isEmpty()) {
        assertEquals(expected.length, hits.size(), what);
      }
      approximateHits += expected.length;
      double last = expected.length == 0 ? 0 : expected[expected.length - 1];
      nearestHits += Arrays.stream(found).filter(distance -> distance <= last).count();
    }
  }
}
