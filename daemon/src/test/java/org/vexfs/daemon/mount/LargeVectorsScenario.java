package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Many vectors, and long ones: imported, linked, searched at every breadth, found again after a
/// restart.
final class LargeVectorsScenario {
  private static final long SEED = 41;
  private static final int QUERIES = 50;
  private static final int K = 10;
  private static final double LEAST_RECALL = 0.95;
  private static final int[] BREADTHS = {50, 100, 200, 500, 2000};
  private static final int DEFAULT_BREADTH = 100;
  private static final Duration PATIENCE = Duration.ofHours(3);
  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  /// So many vectors of so many values.
  ///
  /// @param rows vectors, one a file
  /// @param dimension values of each
  record Size(int rows, int dimension) {}

  static List<Size> sizes() {
    if (!ScenarioReport.isFull()) {
      return List.of(new Size(1_000, 128), new Size(300, 4_096));
    }
    long most = Long.getLong("vexfs.scenario.vectors", 1_000_000);
    return List.of(
            new Size(1_000, 128),
            new Size(10_000, 256),
            new Size(10_000, 4_096),
            new Size(100_000, 512),
            new Size(1_000_000, 1_024))
        .stream()
        .filter(size -> size.rows <= most)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("sizes")
  @Timeout(value = 6, unit = TimeUnit.HOURS)
  void vectors(Size size) throws Exception {
    ScenarioReport report =
        new ScenarioReport("large-vectors, %,d x %d".formatted(size.rows, size.dimension));
    LowRankVectors vectors = new LowRankVectors(SEED, size.dimension);
    try (NativeMount mount = NativeMount.prepare("-o", ScenarioReport.MEASURED)) {
      Path data = mount.beside("data").resolve("vectors.fbin");
      Path list = data.resolveSibling("paths");
      write(size, vectors, data, list, mount.source());
      mount.mount();

      long start = System.nanoTime();
      Command.of(NativeMount.launcher(), "import", mount.mountPoint(), data, "--paths", list)
          .within(PATIENCE)
          .output();
      long imported = System.nanoTime();
      Deadline.await(PATIENCE, () -> pending(mount) == 0, () -> "vectors are still pending");
      report.say(
          "imported in %.1f s, linked after %.1f s, at most %d MiB resident",
          (imported - start) / 1e9,
          (System.nanoTime() - start) / 1e9,
          ScenarioReport.peakMebibytes(mount));
      Files.delete(data);
      search(size, vectors, mount, report);
      report.note(mount);

      start = System.nanoTime();
      mount.unmount();
      long ended = System.nanoTime();
      mount.mount();
      long mounted = System.nanoTime();
      String first = ask(mount, vectors.row(0), "\"k\":1").paths().getFirst();
      assertEquals(name(0), first);
      report.say(
          "unmounted in %.0f ms, mounted in %.0f, searched %.0f after that",
          (ended - start) / 1e6, (mounted - ended) / 1e6, (System.nanoTime() - mounted) / 1e6);
      report.note(mount);
      // Vectors of a small collection, whose graph is not kept, are being linked anew by now.
      start = System.nanoTime();
      mount.unmount();
      long took = System.nanoTime() - start;
      report.say("unmounted again in %.0f ms", took / 1e6);
      assertTrue(took < END_LIMIT.toNanos(), "unmounting took " + took / 1e6 + " ms");
    }
    report.verdict();
  }

  private static String name(int row) {
    return "d" + row / 1_000 + "/f" + row;
  }

  private static void write(Size size, LowRankVectors vectors, Path data, Path list, Path source)
      throws IOException {
    StringBuilder names = new StringBuilder();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(data), 1 << 20)) {
      out.write(little(2 * Integer.BYTES).putInt(size.rows).putInt(size.dimension).array());
      for (int row = 0; row < size.rows; row++) {
        out.write(Forms.raw(vectors.row(row)));
        if (row % 1_000 == 0) {
          Files.createDirectory(source.resolve("d" + row / 1_000));
        }
        Files.createFile(source.resolve(name(row)));
        names.append(name(row)).append('\n');
      }
    }
    Files.writeString(list, names);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long pending(NativeMount mount) throws IOException {
    return Json.objects(mount.status(), "collections").stream()
        .mapToLong(collection -> Json.number(collection, "pending"))
        .sum();
  }

  private static Conversation.Answer ask(NativeMount mount, float[] vector, String rest)
      throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      return ask(search, vector, rest);
    }
  }

  private static Conversation.Answer ask(Conversation search, float[] vector, String rest)
      throws IOException {
    String query = "{\"vector\":" + Arrays.toString(vector) + "," + rest + "}";
    return search.ask(query.getBytes(StandardCharsets.UTF_8));
  }

  private static void search(
      Size size, LowRankVectors vectors, NativeMount mount, ScenarioReport report)
      throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      double[][] farthest = new double[QUERIES][];
      for (int i = 0; i < QUERIES; i++) {
        int row = (int) ((long) i * size.rows / QUERIES);
        Conversation.Answer itself = ask(search, vectors.row(row), "\"k\":1");
        assertEquals(List.of(name(row)), itself.paths());
        Conversation.Answer exact = ask(search, vectors.between(row), "\"exact\":true,\"k\":" + K);
        farthest[i] = exact.distances().stream().mapToDouble(Double::doubleValue).toArray();
      }
      for (int breadth : BREADTHS) {
        measure(size, vectors, search, breadth, farthest, report);
      }
    }
  }

  private static void measure(
      Size size,
      LowRankVectors vectors,
      Conversation search,
      int breadth,
      double[][] truth,
      ScenarioReport report)
      throws IOException {
    long[] nanos = new long[QUERIES];
    int found = 0;
    for (int i = 0; i < QUERIES; i++) {
      int row = (int) ((long) i * size.rows / QUERIES);
      long start = System.nanoTime();
      Conversation.Answer answer =
          ask(search, vectors.between(row), "\"k\":%d,\"ef\":%d".formatted(K, breadth));
      nanos[i] = System.nanoTime() - start;
      double most = truth[i][K - 1] * 1.00001;
      found += (int) answer.distances().stream().filter(distance -> distance <= most).count();
    }
    double recall = (double) found / (QUERIES * K);
    report.sayTimes("ef %d: recall %.3f; a query of text".formatted(breadth, recall), nanos);
    assertTrue(breadth < DEFAULT_BREADTH || recall >= LEAST_RECALL, "recall " + recall);
  }
}
