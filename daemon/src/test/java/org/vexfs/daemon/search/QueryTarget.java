package org.vexfs.daemon.search;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.fuzz.FuzzInput;
import org.vexfs.daemon.fuzz.FuzzTarget;
import org.vexfs.daemon.fuzz.ScratchDirectory;
import org.vexfs.daemon.store.NpyFormat;
import org.vexfs.daemon.store.VectorCollection;

/// Queries: the first byte says how the rest arrives (in one piece, in many, packed, as a saved
/// query's settings). What is a query is searched for, and what is found is nearest first, no more
/// than was asked for, and can be written down.
public final class QueryTarget implements FuzzTarget {
  private static final int FILES = 60;
  private static final int MAX_TABLE_BYTES = 1 << 20;
  private static final int WAYS = 3;
  private static final JsonFactory JSON = new JsonFactory();

  private final ScratchDirectory scratch = new ScratchDirectory();
  private final TestEngine engine;
  private final OpenView view = new OpenView();

  /// An engine with some files of two dimensions.
  public QueryTarget() throws Exception {
    Path directory = scratch.path();
    engine = TestEngine.in(directory, Metric.EUCLIDEAN);
    for (int i = 0; i < FILES; i++) {
      String path = (i % 2 == 0 ? "d/f" : "f") + i + ".md";
      engine.put(path, VectorMatrix.ofVector(i % 8, i / 8f));
      Map<String, String> attributes = Map.of("user.n", String.valueOf(i), "user.lang", "de");
      view.give(new TreePath(path), new FileFacts(i, 1e9 + i, i % 3, 0, 0644, attributes));
    }
    VectorCollection _ =
        engine.store.configure("words", Metric.COSINE, Optional.of(HashingEmbedder.NAME));
    engine.awaitGraph();
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (String query :
        List.of(
            "{\"vector\":[1,2.5],\"k\":5,\"with\":[\"vector\",\"attributes\"],\"offset\":1}",
            "{\"like\":\"d/f2.md\",\"ef\":64,\"max_distance\":1.5e2,\"exact\":true}",
            "{\"text\":\"a few words\",\"collection\":\"words\"}",
            "{\"vector\":[[1,2],[3,4]],\"filter\":{\"must\":[{\"key\":\"size\",\"range\":"
                + "{\"gt\":3,\"lte\":1e3}},{\"key\":\"name\",\"match\":{\"glob\":\"[a-f]*\"}}],"
                + "\"must_not\":[{\"key\":\"user.lang\",\"match\":{\"any\":[\"en\"]}}]}}",
            "{\"fusion\":\"rrf\",\"queries\":[{\"vector\":[1,2]},{\"like\":\"f1.md\"}],\"k\":3}",
            "{\"filter\":{\"should\":[{\"key\":\"user.n\",\"range\":{\"lt\":7}},"
                + "{\"is_empty\":{\"key\":\"user.x\"}}]},\"vector\":\"AACAPwAAAEA=\"}",
            "1, 2.5",
            "[[1,2],[3,4]]")) {
      for (int way = 0; way < WAYS - 1; way++) {
        seeds.add(seed(way, query.getBytes(UTF_8)));
      }
    }
    seeds.add(seed(0, NpyFormat.encode(VectorMatrix.ofVector(1, 2), true)));
    byte[] filter = "{\"key\":\"size\",\"range\":{\"gt\":3}}".getBytes(UTF_8);
    ByteBuffer packed = ByteBuffer.allocate(40 + filter.length).order(ByteOrder.LITTLE_ENDIAN);
    packed.put("VXQ1".getBytes(UTF_8)).putShort((short) 3).putShort((short) 0);
    packed.putInt(7).putInt(64).putInt(2).putFloat(9).putInt(2).putInt(filter.length);
    seeds.add(seed(WAYS - 1, packed.putFloat(1).putFloat(-2).put(filter).array()));
    return seeds;
  }

  private static byte[] seed(int way, byte[] content) {
    return ByteBuffer.allocate(1 + content.length).put((byte) way).put(content).array();
  }

  @Override
  public void test(byte[] bytes) throws IOException {
    FuzzInput input = new FuzzInput(bytes);
    int way = input.next(WAYS);
    byte[] content = input.rest();
    try {
      Query query =
          switch (way) {
            case 0 -> QueryParser.parse(content);
            case 1 -> inPieces(content);
            default -> PackedQuery.parse(content);
          };
      check(query, engine.engine.search(query, new TreePath(way == 0 ? "" : "d"), view));
    } catch (VectorFailure refused) {
      assertTrue(String.valueOf(refused.getMessage()).length() > 5);
    }
  }

  /// A query that arrives byte by byte is complete once, and the same as one that arrives whole.
  private static Query inPieces(byte[] content) throws VectorFailure {
    QueryInput input = new QueryInput();
    for (int i = 0; i < content.length; i++) {
      input.append(content, i, 1);
      boolean _ = input.isComplete();
    }
    Query query = input.query();
    assertEquals(QueryParser.parse(content), query);
    return query;
  }

  private static void check(Query query, Answer answer) throws IOException {
    for (Answer.Result result : answer.results()) {
      Set<String> rows = new HashSet<>();
      assertTrue(result.hits().size() <= query.k(), result::toString);
      float before = Float.NEGATIVE_INFINITY;
      int rank = query.offset();
      for (Hit hit : result.hits()) {
        assertEquals(++rank, hit.rank());
        assertTrue(rows.add(hit.path().toString()), "found twice: " + hit);
        if (hit.ranks().isEmpty()) {
          assertTrue(hit.distance() >= before, "out of order: " + hit);
          double most = query.maxDistance().orElse(Double.POSITIVE_INFINITY);
          assertTrue(hit.distance() <= most, "far: " + hit);
          before = hit.distance();
        }
      }
    }
    try (JsonParser lines = JSON.createParser(answer.toJsonLines())) {
      while (lines.nextToken() != null) {}
    }
    assertTrue(answer.toTable().length < MAX_TABLE_BYTES);
    for (Answer.Result result : answer.results()) {
      assertTrue(PackedAnswer.of(result, 4_096).toBytes().length <= 4_096);
    }
  }

  @Override
  public void close() throws IOException, VectorFailure {
    engine.close();
    scratch.close();
  }
}
