package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a mount tells of itself, and that nobody gets to see `.vexfs` who does not ask for it.
@Timeout(120)
final class StatsIT {
  private static final Pattern SAMPLE =
      Pattern.compile(
          "(vexfs_[a-z0-9_]+?)(?:_bucket|_sum|_count)?"
              + "(\\{[a-z_]+=\"[^\"]*\"(?:,(?:le|quantile|errno)=\"[^\"]*\")?})? (-?[0-9.eE+-]+)");

  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    // So that answers are kept however slow the machine is.
    mount = NativeMount.start("-o", "attr_timeout=3600");
    mount.directory("docs");
    Attributes.attach(mount.file("docs/a", "a"), 1, 2);
    Attributes.attach(mount.file("docs/b", "b"), 3, 4);
    Attributes.set(mount.path("docs/b"), "vexfs.vector.rows", "[[1,2,3],[4,5,6]]");
    Files.createDirectory(mount.path("docs/.vexfs/queries/saved"));
    Files.writeString(mount.path("docs/.vexfs/queries/saved/query"), "[1,2]");
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @Test
  void stats_tellOfVectorsAndOfSearches() throws IOException {
    Map<String, Object> before = stats();
    assertEquals(3, Json.number(before, "entries"));
    assertEquals(4, Json.number(before, "vectors"));
    assertEquals(1, Json.number(before, "saved_queries"));
    assertTrue(Json.number(before, "live_bytes") > 4 * 4);
    assertTrue(Json.number(before, "log_bytes") >= Json.number(before, "live_bytes"));
    assertTrue(Json.number(before, "resident_bytes") > Json.number(before, "heap_bytes"));
    assertEquals(0, Json.number(before, "read_only"));

    assertEquals(2, Conversation.ask(mount.mountPoint(), "[1,2]").paths().size());
    Refusal.ENOENT.of(
        () -> Conversation.ask(mount.mountPoint(), "{\"vector\":[1],\"collection\":\"none\"}"));
    Map<String, Object> after = stats();
    assertEquals(2, Json.number(after, "searches") - Json.number(before, "searches"));
    assertEquals(1, Json.number(after, "search_failures") - Json.number(before, "search_failures"));
    assertTrue(Json.decimal(after, "search_seconds") > Json.decimal(before, "search_seconds"));
    assertTrue(Json.number(after, "requests") > Json.number(before, "requests"));
  }

  @Test
  void stats_tellHowOftenAnAnswerWasKnown() throws IOException {
    String query = "{\"vector\":[7,8],\"k\":1}";
    Conversation.ask(mount.mountPoint(), query);
    Map<String, Object> before = stats();
    assertTrue(Json.number(before, "result_cache_entries") > 0);
    assertTrue(Json.number(before, "result_cache_bytes") > 0);
    Conversation.ask(mount.mountPoint(), query);
    Conversation.ask(mount.mountPoint(), "{\"vector\":[8,7],\"k\":1}");
    Map<String, Object> after = stats();
    assertEquals(
        2,
        Json.number(after, "result_cache_lookups") - Json.number(before, "result_cache_lookups"));
    assertEquals(
        1, Json.number(after, "result_cache_hits") - Json.number(before, "result_cache_hits"));
  }

  @Test
  void collectionStats_areThoseOfStats() throws IOException {
    mount.awaitGraph();
    Map<String, Object> rows =
        Json.object(Files.readString(mount.path("docs/.vexfs/collections/rows/stats")));
    assertEquals("rows", rows.get("name"));
    assertEquals("euclidean", rows.get("metric"));
    assertEquals(3, Json.number(rows, "dimension"));
    assertEquals(1, Json.number(rows, "entries"));
    assertEquals(2, Json.number(rows, "rows"));
    assertEquals(0, Json.number(rows, "pending_rows"));
    assertEquals(1, Json.number(rows, "graph_complete"));
    assertTrue(Json.objects(stats(), "collections").contains(rows), rows::toString);
    Refusal.ENOENT.of(() -> Files.readString(mount.path(".vexfs/collections/none/stats")));
  }

  @Test
  void metrics_areTheFigures_asPrometheusReadsThem() throws IOException {
    mount.awaitGraph();
    Map<String, Object> stats = stats();
    Map<String, String> samples = new HashMap<>();
    Set<String> typed = new HashSet<>();
    for (String line : Files.readAllLines(mount.path(".vexfs/metrics"))) {
      if (line.startsWith("# TYPE ")) {
        typed.add(line.split(" ", -1)[2]);
      } else if (!line.startsWith("# HELP ")) {
        var sample = SAMPLE.matcher(line);
        assertTrue(sample.matches(), line);
        assertTrue(typed.contains(sample.group(1)), () -> line + " has no type before it");
        samples.put(line.substring(0, line.lastIndexOf(' ')), sample.group(3));
      }
    }
    assertEquals("4", samples.get("vexfs_vectors"));
    assertEquals("2", samples.get("vexfs_collection_rows{collection=\"rows\"}"));
    assertEquals(
        Json.number(stats, "searches"), Long.parseLong(samples.get("vexfs_searches_total")));
    Set<String> names =
        samples.keySet().stream()
            .filter(name -> !name.contains("{"))
            .map(name -> name.replaceFirst("^vexfs_", "").replaceFirst("_total$", ""))
            .collect(Collectors.toSet());
    Set<String> keys = new HashSet<>(stats.keySet());
    keys.removeAll(Set.of("collections", "components", "operations", "search_stages"));
    assertEquals(keys, names);
  }

  static Stream<List<Object>> walks() throws IOException {
    Path root = mount.mountPoint();
    return Stream.of(
        List.of("find", root, "-type", "f"),
        List.of("ls", "-laR", root),
        List.of("du", "-a", root),
        List.of("rsync", "-aX", "-v", root + "/", mount.beside("copy") + "/"),
        List.of("tar", "-cvf", "/dev/null", root),
        List.of("grep", "-rc", "a", root),
        List.of("git", "-C", root, "-c", "safe.directory=*", "status", "--porcelain", "-uall"));
  }

  @Test
  void walks_neitherSeeNorAskAnything() throws IOException {
    Command.of("git", "init", "-q", mount.mountPoint()).output();
    Map<String, Object> before = stats();
    for (List<Object> walk : walks().toList()) {
      String seen = Command.of(walk.toArray()).output();
      assertTrue(seen.contains("docs"), () -> walk + " saw " + seen);
      assertTrue(!seen.contains("/.vexfs"), () -> walk + " saw " + seen);
    }
    // As updatedb walks: it looks at each name and its attributes, and reads nothing.
    String walked =
        Command.python(
                """
                import os, sys
                for directory, names, files in os.walk(sys.argv[1]):
                    for name in names + files:
                        path = os.path.join(directory, name)
                        print(path, os.lstat(path).st_mode, os.listxattr(path))
                """,
                mount.mountPoint())
            .output();
    assertTrue(walked.contains("docs/a") && !walked.contains("/.vexfs"), walked);
    Map<String, Object> after = stats();
    assertEquals(Json.number(before, "searches"), Json.number(after, "searches"));
    assertTrue(
        Json.number(after, "virtual_nodes") <= Json.number(before, "virtual_nodes"),
        () -> before + " before, " + after);
    assertEquals(
        List.of(1f, 2f), Attributes.vector(mount.beside("copy").resolve("docs/a")), "rsync -X");
  }

  /// What tools do that probe names everywhere: look them up, without opening what they find.
  @Test
  void probes_askNothing() throws IOException {
    long before = Json.number(stats(), "searches");
    for (String name :
        List.of(
            "near/docs/a",
            "links/docs/a",
            "links/docs/a/01-0.5000-b",
            "find/some words",
            "docs/.vexfs/queries/saved/results.jsonl",
            "search",
            ".git",
            "Thumbs.db")) {
      Path path = mount.path(".vexfs").resolve(name);
      boolean exists = Files.exists(name.startsWith("docs") ? mount.path(name) : path);
      assertTrue(
          exists || name.contains("01-") || name.endsWith("git") || name.endsWith("db"), name);
    }
    assertEquals(before, Json.number(stats(), "searches"));
    Command.of("ls", mount.path("docs/.vexfs/queries/saved/hits")).output();
    assertEquals(before + 1, Json.number(stats(), "searches"));
  }

  private static Map<String, Object> stats() throws IOException {
    return Json.object(Files.readString(mount.path(".vexfs/stats")));
  }
}
