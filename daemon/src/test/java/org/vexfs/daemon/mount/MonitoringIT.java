package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a mount tells those who watch it: figures of each operation, over HTTP, in a terminal, and
/// to the Flight Recorder.
@Timeout(120)
final class MonitoringIT {
  private static final Pattern LISTENING = Pattern.compile("served at (http://\\S+)/metrics");
  private static final List<String> SHARES = List.of("p50", "p90", "p99", "p999", "max");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Map<String, Object> stats(NativeMount mount) throws IOException {
    return Json.object(Files.readString(mount.path(".vexfs/stats")));
  }

  /// What is said of the thing called `name`.
  private static Map<String, Object> named(Map<String, Object> stats, String array, String name) {
    return Json.objects(stats, array).stream()
        .filter(one -> name.equals(one.get("name")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + stats));
  }

  private static void assertSpread(Map<String, Object> spread, long count) {
    assertEquals(count, Json.number(spread, "count"), spread::toString);
    double last = 0;
    for (String share : SHARES) {
      double value = Json.decimal(spread, share);
      assertTrue(value >= last, spread::toString);
      last = value;
    }
    assertTrue(Json.decimal(spread, "sum") >= last, spread::toString);
  }

  @Test
  void operations_areCountedTimedAndTheirErrorsNamed() throws IOException {
    try (NativeMount mount = NativeMount.start()) {
      for (int i = 0; i < 7; i++) {
        mount.directory("d" + i);
      }
      for (int i = 0; i < 3; i++) {
        mount.file("d" + i + "/file", "text");
        Path full = mount.path("d" + i);
        assertThrows(DirectoryNotEmptyException.class, () -> Files.delete(full));
      }
      Map<String, Object> stats = stats(mount);
      Map<String, Object> mkdir = named(stats, "operations", "mkdir");
      assertSpread(Json.within(mkdir, "seconds"), 7);
      assertEquals(0, Json.number(mkdir, "errors"));
      Map<String, Object> rmdir = named(stats, "operations", "rmdir");
      assertEquals(3, Json.number(rmdir, "errors"));
      assertEquals(Map.of("ENOTEMPTY", 3L), rmdir.get("errors_by"));
      assertTrue(Json.number(stats, "request_errors") >= 3);
      assertTrue(Json.number(stats, "descriptors") > 10);
      assertTrue(Json.number(stats, "threads") > 3);
      assertTrue(Json.number(stats, "requests_under_way") >= 1, "this one");
      assertEquals(0, Json.number(stats, "requests_waiting"));
      for (Map<String, Object> component : Json.objects(stats, "components")) {
        assertEquals(1, Json.number(component, "ready"));
      }
    }
  }

  @Test
  void searches_areTimedByTheirStages() throws IOException {
    try (NativeMount mount = NativeMount.start()) {
      Attributes.attach(mount.file("a", "text"), 1, 2);
      for (int i = 0; i < 5; i++) {
        assertEquals(1, Conversation.ask(mount.mountPoint(), "[" + i + ",2]").paths().size());
      }
      Map<String, Object> stats = stats(mount);
      for (String stage :
          List.of("parse", "write", "search", "wait", "target", "candidates", "hits")) {
        assertSpread(Json.within(named(stats, "search_stages", stage), "seconds"), 5);
      }
    }
  }

  @Test
  void noMetrics_countsNothing() throws IOException {
    try (NativeMount mount = NativeMount.start("-o", "no_metrics")) {
      Attributes.attach(mount.file("a", "text"), 1, 2);
      assertEquals(1, Conversation.ask(mount.mountPoint(), "[1,2]").paths().size());
      Map<String, Object> stats = stats(mount);
      for (Map<String, Object> operation : Json.objects(stats, "operations")) {
        assertTrue(!operation.containsKey("seconds"), operation::toString);
      }
      assertSpread(Json.within(named(stats, "search_stages", "candidates"), "seconds"), 0);
    }
  }

  @Test
  void http_answersOnTheLoopbackInterface_whereItIsAskedFor() throws Exception {
    try (NativeMount mount = NativeMount.start("--metrics-listen", "127.0.0.1:0")) {
      mount.awaitReady();
      Matcher listening =
          LISTENING.matcher(Files.readString(mount.source().resolve(".vexfs/vexfs.log")));
      assertTrue(listening.find());
      String address = listening.group(1);
      assertTrue(address.startsWith("http://127.0.0.1:"), address);
      Answer metrics = ask("GET", address + "/metrics");
      assertEquals(200, metrics.code());
      assertTrue(metrics.body().contains("\nvexfs_requests_total "), metrics::body);
      assertTrue(
          metrics.body().contains("vexfs_operation_seconds_bucket{operation=\"lookup\",le=\""),
          metrics::body);
      assertEquals("live\n", ask("GET", address + "/health/live").body());
      Answer ready = ask("GET", address + "/health/ready");
      assertEquals(200, ready.code());
      assertEquals("ready", Json.object(ready.body()).get("state"));
      assertEquals(404, ask("GET", address + "/").code());
      assertEquals(405, ask("POST", address + "/metrics").code());
      mount.unmount();
    }
  }

  /// What came back.
  private record Answer(int code, String body) {}

  private static Answer ask(String method, String address) throws IOException {
    if (URI.create(address).toURL().openConnection() instanceof HttpURLConnection connection) {
      connection.setRequestMethod(method);
      int code = connection.getResponseCode();
      if (code != 200) {
        return new Answer(code, "");
      }
      try (InputStream body = connection.getInputStream()) {
        return new Answer(code, new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    throw new AssertionError(address + " is no address of HTTP");
  }

  @Test
  void http_elsewhereThanOnTheLoopbackInterface_isRefused() throws IOException {
    for (String where : List.of("0.0.0.0:9469", "192.0.2.1:9469", "127.0.0.1:99999", "here")) {
      try (NativeMount mount = NativeMount.prepare()) {
        String refused =
            Command.of(
                    NativeMount.launcher(),
                    "mount",
                    mount.source(),
                    mount.mountPoint(),
                    "--metrics-listen",
                    where)
                .failure();
        assertTrue(refused.contains("--metrics-listen " + where), refused);
      }
    }
  }

  @Test
  void top_showsRatesOfWhatHappensNow() throws IOException {
    try (NativeMount mount = NativeMount.start()) {
      String seen =
          Command.of(NativeMount.launcher(), "top", "-d", "0.2", "-n", "2", mount.mountPoint())
              .output();
      assertEquals(2, seen.lines().filter(line -> line.startsWith("up ")).count(), seen);
      assertTrue(seen.lines().anyMatch(line -> line.matches("read .* us .*")), seen);
      assertTrue(seen.contains("stage of searches"), seen);
      assertTrue(!seen.contains("\u001b"), "no control characters in a pipe");
    }
  }

  @Test
  void flightRecorder_getsRequestsAndSearches() throws IOException {
    try (NativeMount mount = NativeMount.start("-o", "flight_recorder")) {
      long daemon = mount.daemons().getFirst();
      Path recording = mount.beside("recordings").resolve("one.jfr");
      jcmd(daemon, "JFR.start", "name=test");
      Attributes.attach(mount.file("a", "text"), 1, 2);
      assertEquals(1, Conversation.ask(mount.mountPoint(), "[1,2]").paths().size());
      jcmd(daemon, "JFR.stop", "name=test", "filename=" + recording);
      String requests = events("org.vexfs.Request", recording);
      assertTrue(requests.contains("operation = \"setxattr\""), requests);
      String searches = events("org.vexfs.Search", recording);
      assertTrue(searches.contains("hits = 1"), searches);
    }
  }

  private static Path tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name);
  }

  private static void jcmd(long process, String... words) {
    Object[] all = new Object[words.length + 2];
    all[0] = tool("jcmd");
    all[1] = process;
    System.arraycopy(words, 0, all, 2, words.length);
    Command.of(all).within(PATIENCE).output();
  }

  private static String events(String name, Path recording) {
    return Command.of(tool("jfr"), "print", "--events", name, recording).output();
  }
}
