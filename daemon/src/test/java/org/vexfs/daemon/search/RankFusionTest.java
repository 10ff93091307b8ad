package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;

/// Several queries in one, over two collections of different metrics and dimensions: `a` to `e` lie
/// at 0 to 4 in the one, and in the other at the angles of `e` to `b`; `a` is not in it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RankFusionTest {
  private static final String FIRST = "{'vector':[0,0]}";
  private static final String SECOND = "{'vector':[1,0,0],'collection':'turned'}";

  private TestEngine engine;

  @BeforeAll
  void attach(@TempDir Path directory) throws IOException, VectorFailure {
    engine = TestEngine.in(directory, Metric.EUCLIDEAN);
    engine.store.configure("turned", Metric.COSINE, Optional.empty());
    List<String> names = List.of("a", "b", "c", "d", "e");
    for (int i = 0; i < names.size(); i++) {
      engine.put(names.get(i), VectorMatrix.ofVector(i, 0));
      if (i > 0) {
        engine.store.put(
            new TreePath(names.get(i)), 0, "turned", VectorMatrix.ofVector(1, 4 - i, 0));
      }
    }
  }

  @AfterAll
  void close() throws VectorFailure {
    engine.close();
  }

  private Answer.Result ask(String query) throws VectorFailure {
    byte[] bytes = query.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    Answer answer = engine.engine.search(QueryParser.parse(bytes), TreePath.ROOT, new OpenView());
    assertEquals(1, answer.results().size());
    return answer.results().getFirst();
  }

  private static List<String> paths(Answer.Result result) {
    return result.hits().stream().map(hit -> hit.path().bytes()).toList();
  }

  private static double score(int... ranks) {
    double sum = 0;
    for (int rank : ranks) {
      sum += rank == 0 ? 0 : 61.0 / (60 + rank);
    }
    return sum / ranks.length;
  }

  @Test
  void queries_overTwoCollections_areRankedByBoth() throws VectorFailure {
    Answer.Result result = ask("{'queries':[" + FIRST + "," + SECOND + "],'fusion':'rrf','k':10}");

    // Ranks in the first: a 1, b 2, c 3, d 4, e 5; in the second: e 1, d 2, c 3, b 4.
    assertEquals(List.of("e", "b", "d", "c", "a"), paths(result));
    assertEquals(List.of(5, 1), result.hits().getFirst().ranks());
    assertEquals(score(5, 1), result.hits().get(0).score(), 1e-6);
    assertEquals(score(2, 4), result.hits().get(1).score(), 1e-6);
    assertEquals(score(1, 0), result.hits().get(4).score(), 1e-6);
    assertEquals(9, result.summary().searched());
    assertTrue(result.summary().exact());
    assertEquals(5, result.summary().hits());
  }

  @Test
  void queries_ofOne_keepItsOrderAndHaveTheFullScore() throws VectorFailure {
    Answer.Result result = ask("{'queries':[" + FIRST + "],'k':2}");
    assertEquals(List.of("a", "b"), paths(result));
    assertEquals(1, result.hits().getFirst().score());
  }

  @Test
  void matrix_countsAsManyQueries() throws VectorFailure {
    Answer.Result result = ask("{'queries':[{'vector':[[0,0],[4,0],[4,0]]}],'k':1}");
    assertEquals(List.of("e"), paths(result));
    assertEquals(List.of(5, 1, 1), result.hits().getFirst().ranks());
  }

  @Test
  void offsetAndFilter_areOfTheWhole() throws VectorFailure {
    String queries = "'queries':[" + FIRST + "," + SECOND + "]";
    assertEquals(List.of("d", "c"), paths(ask("{" + queries + ",'k':2,'offset':2}")));
    assertEquals(3, ask("{" + queries + ",'k':2,'offset':2}").hits().getFirst().rank());
    String filter = "{'key':'name','match':{'any':['a','b']}}";
    assertEquals(List.of("b", "a"), paths(ask("{" + queries + ",'filter':" + filter + "}")));
    String ofOne = "{'queries':[{'vector':[0,0],'filter':" + filter + "}," + SECOND + "]}";
    assertEquals(List.of("b", "a", "e", "d", "c"), paths(ask(ofOne)));
  }

  @Test
  void kOfAQuery_isHowManyOfItsHitsCount() throws VectorFailure {
    Answer.Result result = ask("{'queries':[{'vector':[0,0],'k':1},{'vector':[4,0],'k':1}]}");
    assertEquals(List.of("a", "e"), paths(result));
  }

  @Test
  void hit_isWrittenWithItsRanks() throws VectorFailure {
    byte[] bytes =
        "{\"queries\":[{\"vector\":[0,0],\"k\":1},{\"vector\":[4,0],\"k\":1}],\"k\":1}"
            .getBytes(StandardCharsets.UTF_8);
    Answer answer = engine.engine.search(QueryParser.parse(bytes), TreePath.ROOT, new OpenView());
    assertEquals(
        "{\"query\":0,\"rank\":1,\"path\":\"a\",\"ranks\":[1,null],\"score\":0.5}",
        new String(answer.toJsonLines(), StandardCharsets.UTF_8).lines().findFirst().orElseThrow());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'queries':[]}                                      | \"queries\" is empty",
        "{'queries':{}}                                      | \"queries\" is an object",
        "{'queries':[3]}                                     | \"queries\" is a number",
        "{'queries':[{}]}                                    | one of \"vector\"",
        "{'queries':[{'queries':[]}]}                        | belongs beside \"queries\"",
        "{'queries':[{'vector':[1],'offset':2}]}             | belongs beside \"queries\"",
        "{'queries':[{'vector':[1]}],'vector':[1]}           | besides another target",
        "{'queries':[{'vector':[1]}],'max_distance':1}       | belongs into each",
        "{'queries':[{'vector':[1]}],'with':['vector']}      | do not have",
        "{'queries':[{'vector':[1]}],'fusion':'sum'}         | reciprocal rank fusion",
        "{'vector':[1],'fusion':'rrf'}                       | which are missing"
      })
  void parse_whatIsWrong_isNamed(String query, String message) {
    InvalidRequest refused =
        assertThrows(
            InvalidRequest.class,
            () -> QueryParser.parse(query.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    assertTrue(refused.toString().contains(message), refused::toString);
  }
}
