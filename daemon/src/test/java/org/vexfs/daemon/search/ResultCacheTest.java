package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.store.HostChanges;

/// When an answer is given again, and when not: ten files on a line.
final class ResultCacheTest {
  private static final long DAY_NANOS = Duration.ofDays(1).toNanos();
  private static final String QUERY = "{\"vector\":[0,0],\"k\":2}";
  private static final String FILTERED =
      "{\"vector\":[0,0],\"k\":2,\"filter\":{\"key\":\"size\",\"range\":{\"gt\":0}}}";

  private final OpenView view = new OpenView();
  private TestEngine engine;

  @BeforeEach
  void attach(@TempDir Path directory) throws IOException, VectorFailure {
    engine = TestEngine.in(directory, Metric.EUCLIDEAN);
    for (int i = 0; i < 10; i++) {
      engine.put("f" + i, VectorMatrix.ofVector(i, 0));
      size("f" + i, 1);
    }
    stand(0, 0, DAY_NANOS);
  }

  @AfterEach
  void close() throws VectorFailure {
    engine.close();
  }

  private void size(String path, long size) {
    view.give(new TreePath(path), new FileFacts(size, 0, 0, 0, 0644, Map.of()));
  }

  private void stand(long names, long contents, long trustNanos) {
    view.stand(new HostState(0, Set.of(), names, contents, trustNanos));
  }

  private List<String> ask(String query) throws VectorFailure {
    return engine
        .engine
        .search(QueryParser.parse(query.getBytes(StandardCharsets.UTF_8)), TreePath.ROOT, view)
        .results()
        .getFirst()
        .hits()
        .stream()
        .map(hit -> hit.path().bytes())
        .toList();
  }

  private void assertHits(long lookups, long hits) {
    assertEquals(lookups, engine.engine.cacheFigures().lookups());
    assertEquals(hits, engine.engine.cacheFigures().hits());
  }

  @Test
  void answer_toTheSameQuery_isGivenAgain() throws VectorFailure {
    for (int i = 0; i < 3; i++) {
      assertEquals(List.of("f0", "f1"), ask(QUERY));
    }
    assertHits(3, 2);
  }

  @Test
  void answer_toAnotherQuery_isNot() throws VectorFailure {
    List<String> others =
        List.of(
            QUERY,
            "{\"vector\":[0,0],\"k\":3}",
            "{\"vector\":[0,-0.0],\"k\":2}",
            "{\"vector\":[0,1e-9],\"k\":2}",
            "{\"vector\":[0,0],\"k\":2,\"offset\":1}",
            "{\"vector\":[0,0],\"k\":2,\"ef\":50}",
            "{\"vector\":[0,0],\"k\":2,\"exact\":true}",
            "{\"vector\":[0,0],\"k\":2,\"max_distance\":5}",
            "{\"vector\":[0,0],\"k\":2,\"with\":[\"vector\"]}",
            "{\"like\":\"f3\",\"k\":2}",
            FILTERED);
    for (String query : others) {
      ask(query);
    }
    assertHits(others.size(), 0);
    view.stand(new HostState(1, Set.of(), 0, 0, DAY_NANOS));
    ask(QUERY);
    view.stand(new HostState(1, Set.of(7), 0, 0, DAY_NANOS));
    ask(QUERY);
    assertHits(others.size() + 2, 0);
  }

  @Test
  void answer_afterAChange_isNot() throws VectorFailure {
    ask(QUERY);
    engine.put("nearer", VectorMatrix.ofVector(0.5f, 0));
    assertEquals(List.of("f0", "nearer"), ask(QUERY));
    engine.remove("f0");
    assertEquals(List.of("nearer", "f1"), ask(QUERY));
    HostChanges.rename(engine.store, new TreePath("f1"), new TreePath("other"));
    assertEquals(List.of("nearer", "other"), ask(QUERY));
    stand(1, 0, DAY_NANOS);
    ask(QUERY);
    assertHits(5, 0);
  }

  @Test
  void answer_whichNoFilterAskedTheHostFor_outlivesChangesOfContents() throws VectorFailure {
    ask(QUERY);
    ask(FILTERED);
    stand(0, 1, DAY_NANOS);
    ask(QUERY);
    assertHits(3, 1);
    size("f0", 0);
    assertEquals(List.of("f1", "f2"), ask(FILTERED));
    assertHits(4, 1);
  }

  @Test
  void answer_whoseFileIsNoHitAnyMore_isNot() throws VectorFailure {
    assertEquals(List.of("f0", "f1"), ask(FILTERED));
    size("f0", 0);
    assertEquals(List.of("f1", "f2"), ask(FILTERED));
    view.hide(new TreePath("f1"));
    assertEquals(List.of("f2", "f3"), ask(FILTERED));
    assertHits(3, 0);
  }

  @Test
  void answer_thatIsTooOld_isNot() throws VectorFailure {
    stand(0, 0, 0);
    ask(QUERY);
    ask(QUERY);
    assertHits(2, 0);
  }

  @Test
  void answers_ofMoreThanIsKept_goTheOldestFirst() throws VectorFailure {
    for (int i = 0; i < 40_000; i++) {
      ask("{\"vector\":[" + i + ",0],\"k\":1}");
    }
    CacheFigures figures = engine.engine.cacheFigures();
    assertTrue(figures.entries() < 40_000 && figures.bytes() <= 8 << 20, figures::toString);
    ask("{\"vector\":[39999,0],\"k\":1}");
    assertEquals(1, engine.engine.cacheFigures().hits());
    ask("{\"vector\":[0,0],\"k\":1}");
    assertEquals(1, engine.engine.cacheFigures().hits());
  }
}
