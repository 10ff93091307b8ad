package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Collections as their users see them: how they come into being, their settings, metrics, vectors.
@Timeout(120)
final class CollectionFilesIT {
  private static final int DIMENSION = 6;
  private static final int FILES = 60;

  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
    mount.directory("sub");
    mount.file("file", "text");
    mount.file("sub/inner", "text");
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @Test
  void collection_comesIntoBeing_withItsFirstVector() throws IOException {
    assertFalse(Files.exists(collection("first")));
    Attributes.set(mount.path("file"), "vexfs.vector.first", "[[1,2,3],[4,5,6]]");
    assertEquals(
        "{\"name\":\"first\",\"dimension\":3,\"metric\":\"euclidean\",\"embedder\":null}\n",
        Files.readString(config("first")));
    assertTrue(names(mount.path(".vexfs/collections")).contains("first"));
    assertTrue(names(mount.path("sub/.vexfs/collections")).contains("first"));
    Refusal.EINVAL.of(() -> Attributes.set(mount.path("file"), "vexfs.vector.first", "[1,2]"));
    Attributes.remove(mount.path("file"), "vexfs.vector.first");
    assertEquals(3, Json.number(Json.object(Files.readString(config("first"))), "dimension"));
    Refusal.EINVAL.of(() -> Attributes.set(mount.path("file"), "vexfs.vector.first", "[1,2]"));
    assertEquals(List.of(), vectorFiles(collection("first").resolve("vectors")));
  }

  @Test
  void mkdir_makesACollection_ofANameThatFits() throws IOException {
    Path made = Files.createDirectory(collection("made.by_mkdir-1"));
    assertEquals(
        0, Json.number(Json.object(Files.readString(made.resolve("config"))), "dimension"));
    assertEquals(0, Json.number(Json.object(Files.readString(made.resolve("stats"))), "entries"));
    assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectory(made));
    assertThrows(
        FileAlreadyExistsException.class, () -> Files.createDirectory(collection("default")));
    Refusal.EPERM.of(() -> Files.delete(made));
    Refusal.EPERM.of(() -> Files.move(made, collection("moved")));
    for (String name : List.of("a b", ".hidden", "umläut", "quo\"te", "n".repeat(201))) {
      Refusal.EINVAL.of(() -> Files.createDirectory(collection(name)));
      Refusal.EINVAL.of(() -> Attributes.set(mount.path("file"), "vexfs.vector." + name, "[1,2]"));
      String cause = Json.text(mount.errors().getLast(), "cause");
      assertTrue(cause.startsWith("a collection cannot be called"), cause);
    }
    Files.createDirectory(collection("n".repeat(200)));
  }

  @Test
  void config_isReadChangedAndWrittenBack() throws IOException {
    Files.createDirectory(collection("settings"));
    for (String metric : List.of("cosine", "dot", "manhattan", "hamming", "euclidean")) {
      Files.writeString(config("settings"), "{\"metric\":\"%s\"}\n".formatted(metric));
      String content = Files.readString(config("settings"));
      assertEquals(metric, Json.object(content).get("metric"));
      Files.writeString(config("settings"), content);
      assertEquals(content, Files.readString(config("settings")));
    }
    Files.writeString(config("settings"), "{\"embedder\":\"hashing-512\",\"metric\":\"cosine\"}");
    assertEquals("hashing-512", Json.object(Files.readString(config("settings"))).get("embedder"));
    Files.writeString(config("settings"), "{\"embedder\":null}");
    assertEquals(
        "{\"name\":\"settings\",\"dimension\":0,\"metric\":\"cosine\",\"embedder\":null}\n",
        Files.readString(config("settings")));
  }

  static Stream<String> badConfigs() {
    return Stream.of(
        "{\"metric\":\"nearness\"}",
        "{\"metric\":1}",
        "{\"metric\":null}",
        "{\"metric\":\"dot\",\"metric\":\"dot\"}",
        "{\"embedder\":\"none of ours\"}",
        "{\"embedder\":3}",
        "{\"dimension\":7}",
        "{\"dimension\":\"2\"}",
        "{\"colour\":\"red\"}",
        "{\"metric\":\"dot\"} {\"metric\":\"dot\"}",
        "{\"metric\":\"dot\"} more",
        "{\"metric\":\"dot\"",
        "{metric:dot}",
        "[\"dot\"]",
        "dot",
        "\"dot\"",
        "7");
  }

  @ParameterizedTest
  @MethodSource("badConfigs")
  void badConfig_isRefusedWithItsCause_andChangesNothing(String bad) throws IOException {
    Path directory = collection("refuses");
    if (!Files.exists(directory)) {
      Files.createDirectory(directory);
    }
    String before = Files.readString(config("refuses"));
    int errors = mount.errors().size();
    Refusal.EINVAL.of(() -> Files.writeString(config("refuses"), bad));
    List<Map<String, Object>> after = mount.errors();
    assertEquals(errors + 1, after.size());
    assertEquals("EINVAL", after.getLast().get("errno"));
    assertFalse(Json.text(after.getLast(), "cause").isBlank());
    assertEquals(before, Files.readString(config("refuses")));
  }

  @Test
  void config_writtenInPieces_countsOnceItIsWhole() throws IOException {
    Files.createDirectory(collection("pieces"));
    try (FileChannel channel = FileChannel.open(config("pieces"), StandardOpenOption.WRITE)) {
      for (String piece : List.of("{\"met", "ric\":", "\"dot\"}", "\n")) {
        int _ = channel.write(ByteBuffer.wrap(piece.getBytes(StandardCharsets.UTF_8)));
      }
      assertTrue(Files.readString(config("pieces")).contains("\"dot\""));
    }
  }

  @Test
  void vectorsOfACollection_areFiles() throws IOException {
    Path vectors = collection("files").resolve("vectors");
    Refusal.ENOENT.of(() -> Files.writeString(vectors.resolve("file.npy"), "[1,2]"));
    Files.createDirectory(collection("files"));
    Path outer = vectors.resolve("sub/inner.npy");
    Path inner = mount.path("sub/.vexfs/collections/files/vectors/inner.npy");
    byte[] one = Forms.npy("<f4", "(2,)", Forms.raw(1, 2));
    for (byte[] value :
        List.of(
            one,
            Forms.raw(1, 2),
            "1,2".getBytes(StandardCharsets.UTF_8),
            "[1,2]".getBytes(StandardCharsets.UTF_8))) {
      Files.write(outer, value);
      assertArrayEquals(one, Files.readAllBytes(inner));
      Files.delete(inner);
      assertFalse(Files.exists(outer));
    }
    int rows = 10_000;
    byte[] large = Forms.npy("<f4", "(%d, 2)".formatted(rows), new byte[rows * 2 * Float.BYTES]);
    Files.write(inner, large);
    assertArrayEquals(large, Files.readAllBytes(outer));
    assertEquals(List.of(), vectorFiles(vectors));
    assertTrue(names(vectors).contains("sub"));
    assertEquals(List.of("inner.npy"), names(mount.path("sub/.vexfs/collections/files/vectors")));
    Refusal.ENODATA.of(() -> Attributes.vector(mount.path("sub/inner")));
  }

  /// What a metric makes of two vectors; the formulas are those of the guide to queries.
  private static double distance(String metric, float[] one, float[] other) {
    double squares = 0;
    double product = 0;
    double lengths = 0;
    double otherLengths = 0;
    double differences = 0;
    int unequal = 0;
    for (int i = 0; i < one.length; i++) {
      double difference = (double) one[i] - other[i];
      squares += difference * difference;
      differences += Math.abs(difference);
      product += (double) one[i] * other[i];
      lengths += (double) one[i] * one[i];
      otherLengths += (double) other[i] * other[i];
      unequal += one[i] == other[i] ? 0 : 1;
    }
    return switch (metric) {
      case "euclidean" -> Math.sqrt(squares);
      case "cosine" -> 1 - product / Math.sqrt(lengths * otherLengths);
      case "dot" -> -product;
      case "manhattan" -> differences;
      default -> unequal;
    };
  }

  private static double score(String metric, double distance) {
    return switch (metric) {
      case "cosine" -> 1 - distance / 2;
      case "dot" -> 0.5 + -distance / (2 * (1 + Math.abs(distance)));
      default -> 1 / (1 + distance);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"euclidean", "cosine", "dot", "manhattan", "hamming"})
  void everyMetric_ranksAndScoresByItsFormula(String metric) throws IOException {
    String name = "by-" + metric;
    Path directory = mount.directory(name);
    Files.createDirectory(collection(name));
    Files.writeString(config(name), "{\"metric\":\"" + metric + "\"}");
    long seed = 20_261_122;
    Random random = new Random(seed);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      vectors.add(vector(random));
      Attributes.set(
          mount.file(name + "/f" + i, ""), "vexfs.vector." + name, Forms.raw(vectors.get(i)));
    }
    float[] asked = vector(random);
    List<Double> expected =
        vectors.stream()
            .map(each -> distance(metric, asked, each))
            .sorted(Comparator.naturalOrder())
            .toList();
    for (boolean exact : new boolean[] {true, false}) {
      Conversation.Answer answer =
          Conversation.ask(
              directory,
              "{\"vector\":%s,\"k\":%d,\"exact\":%b,\"collection\":\"%s\"}"
                  .formatted(Forms.json(asked), FILES, exact, name));
      assertEquals(FILES, answer.lines().size());
      for (int i = 0; i < FILES; i++) {
        Map<String, Object> hit = answer.lines().get(i);
        double distance = Json.decimal(hit, "distance");
        double score = Json.decimal(hit, "score");
        float[] found = vectors.get(Integer.parseInt(Json.text(hit, "path").substring(1)));
        String message = metric + ", seed " + seed + ": " + hit;
        assertEquals(expected.get(i), distance, 1e-4, message);
        assertEquals(distance(metric, asked, found), distance, 1e-4, message);
        assertEquals(score(metric, distance), score, 1e-5, message);
        assertTrue(score >= 0 && score <= 1, message);
      }
    }
  }

  /// Small whole numbers, so that some are equal.
  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextInt(-3, 4);
    }
    vector[0] = 1 + random.nextInt(3);
    return vector;
  }

  @Test
  void zeroVector_underCosine_isRefusedByEveryWay() throws IOException {
    Files.createDirectory(collection("angles"));
    Files.writeString(config("angles"), "{\"metric\":\"cosine\"}");
    Path file = mount.path("file");
    Refusal.EINVAL.of(() -> Attributes.set(file, "vexfs.vector.angles", "[0,0]"));
    Refusal.EINVAL.of(() -> Attributes.set(file, "vexfs.vector.angles", "[[1,0],[0,0]]"));
    Refusal.EINVAL.of(
        () -> Files.writeString(collection("angles").resolve("vectors/file.npy"), "[0,0]"));
    Refusal.EINVAL.of(() ->
        Files.writeString(
            mount.path(".vexfs/import"),
            "{\"path\":\"file\",\"vector\":[0,0],\"collection\":\"angles\"}\n"));
    assertEquals(List.of(), vectorFiles(collection("angles").resolve("vectors")));
    Attributes.set(file, "vexfs.vector.angles", "[0,1]");
    Refusal.EINVAL.of(
        () -> Conversation.ask(mount.mountPoint(), "{\"vector\":[0,0],\"collection\":\"angles\"}"));
    Refusal.EINVAL.of(() -> Files.writeString(config("angles"), "{\"metric\":\"dot\"}"));
    Files.writeString(config("angles"), "{\"metric\":\"cosine\"}");
  }

  private static Path collection(String name) {
    return mount.path(".vexfs/collections").resolve(name);
  }

  private static Path config(String name) {
    return collection(name).resolve("config");
  }

  /// The vector files of a listing, which shows every directory with vectors below it besides.
  private static List<String> vectorFiles(Path directory) throws IOException {
    return names(directory).stream().filter(name -> name.endsWith(".npy")).toList();
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
