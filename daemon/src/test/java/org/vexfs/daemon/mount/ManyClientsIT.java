package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many clients at once, each with a `search` of its own that is open all the time: every answer
/// that says it is exact is the one that comparing all vectors gives, and no hit is anywhere but
/// where it is said to be.
///
/// The vectors are small whole numbers, so their distances are exact, and equal ones common.
@Timeout(300)
final class ManyClientsIT {
  private static final long SEED = 64;
  private static final int CLIENTS = 64;
  private static final int QUESTIONS = 40;
  private static final int FILES = 500;
  private static final int DIMENSION = 4;
  private static final int GROUPS = 5;

  private final List<float[]> vectors = new ArrayList<>();
  private final AtomicInteger compared = new AtomicInteger();

  @Test
  void everyAnswer_isRight() throws Exception {
    try (var mount = NativeMount.start()) {
      fill(mount);
      CyclicBarrier allOpen = new CyclicBarrier(CLIENTS);
      try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          int number = i;
          work.add(
              clients.submit(() -> {
                converse(mount, number, allOpen);
                return null;
              }));
        }
        for (Future<?> each : work) {
          Object _ = each.get();
        }
      }
      Map<String, Object> stats = Json.object(Files.readString(mount.path(".vexfs/stats")));
      assertEquals(0, Json.number(stats, "search_failures"));
      assertTrue(compared.get() >= CLIENTS * QUESTIONS / 3, compared + " exact answers");
      assertEquals(CLIENTS * QUESTIONS, Json.number(stats, "searches"));
    }
  }

  /// File `i` lies in the directory `i % GROUPS`.
  private void fill(NativeMount mount) throws IOException {
    Random random = new Random(SEED);
    for (int group = 0; group < GROUPS; group++) {
      Path _ = mount.directory("" + group);
    }
    for (int i = 0; i < FILES; i++) {
      float[] vector = vector(random);
      vectors.add(vector);
      Attributes.attach(mount.file(i % GROUPS + "/" + i, ""), vector);
    }
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextInt(20);
    }
    return vector;
  }

  /// Asks about the whole mount or about one directory.
  private void converse(NativeMount mount, int client, CyclicBarrier allOpen) throws Exception {
    Random random = new Random(SEED + 1 + client);
    int group = client % (GROUPS + 1);
    boolean everywhere = group == GROUPS;
    int[] files =
        IntStream.range(0, FILES).filter(i -> everywhere || i % GROUPS == group).toArray();
    Path directory = everywhere ? mount.mountPoint() : mount.path("" + group);
    try (Conversation search = new Conversation(directory)) {
      allOpen.await();
      for (int i = 0; i < QUESTIONS; i++) {
        ask(
            search,
            files,
            everywhere,
            random,
            "seed " + SEED + ", client " + client + ", question " + i);
      }
    }
  }

  private void ask(
      Conversation search, int[] files, boolean everywhere, Random random, String message)
      throws IOException {
    int k = 1 + random.nextInt(30);
    String exact = random.nextBoolean() ? ",\"exact\":true" : "";
    switch (random.nextInt(4)) {
      case 0 -> {
        float[] asked = vector(random);
        check(search.ask(query(Forms.json(asked), k, exact)), 0, asked, files, k, message);
      }
      case 1 -> {
        float[][] asked = {vector(random), vector(random), vector(random)};
        String batch = "[" + String.join(",", Arrays.stream(asked).map(Forms::json).toList()) + "]";
        Conversation.Answer answer = search.ask(query(batch, k, exact));
        assertEquals(asked.length, answer.closings().size(), message);
        for (int i = 0; i < asked.length; i++) {
          check(answer, i, asked[i], files, k, message);
        }
      }
      case 2 -> {
        float[] asked = vector(random);
        int[] small = Arrays.stream(files).filter(file -> file < 10).toArray();
        String filter = ",\"filter\":{\"key\":\"name\",\"match\":{\"glob\":\"?\"}}";
        check(search.ask(query(Forms.json(asked), k, filter + exact)), 0, asked, small, k, message);
      }
      default -> {
        int file = files[random.nextInt(files.length)];
        String path = everywhere ? file % GROUPS + "/" + file : "" + file;
        int[] others = Arrays.stream(files).filter(other -> other != file).toArray();
        check(
            search.ask("{\"like\":\"%s\",\"k\":%d%s}".formatted(path, k, exact)),
            0,
            vectors.get(file),
            others,
            k,
            message);
      }
    }
  }

  private static String query(String vector, int k, String more) {
    return "{\"vector\":%s,\"k\":%d%s}".formatted(vector, k, more);
  }

  /// The distances of all these files, in order.
  private List<Double> nearest(int[] files, float[] asked) {
    return Arrays.stream(files)
        .mapToObj(file -> distance(vectors.get(file), asked))
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private static double distance(float[] one, float[] other) {
    float sum = 0;
    for (int i = 0; i < DIMENSION; i++) {
      sum += (one[i] - other[i]) * (one[i] - other[i]);
    }
    return (float) Math.sqrt(sum);
  }

  /// Checks the answer to one of the vectors of a query. Which of several files at one distance
  /// come last is left open; that each is where it is said to be is checked by its distance.
  private void check(
      Conversation.Answer answer, int number, float[] asked, int[] files, int k, String message) {
    List<Double> expected = nearest(files, asked);
    List<Map<String, Object>> hits =
        answer.lines().stream().filter(hit -> Json.number(hit, "query") == number).toList();
    List<Double> distances =
        hits.stream().map(hit -> (double) (float) Json.decimal(hit, "distance")).toList();
    Map<String, Object> closing = answer.closings().get(number);
    assertEquals(Math.min(k, expected.size()), distances.size(), message);
    if (Boolean.TRUE.equals(closing.get("exact"))) {
      assertEquals(expected.subList(0, distances.size()), distances, message);
      compared.incrementAndGet();
    } else {
      assertEquals(distances.stream().sorted().toList(), distances, message);
    }
    for (Map<String, Object> hit : hits) {
      String path = Json.text(hit, "path");
      float[] found = vectors.get(Integer.parseInt(path.substring(path.indexOf('/') + 1)));
      assertEquals(distance(found, asked), (double) (float) Json.decimal(hit, "distance"), message);
    }
    assertEquals(
        distances.size(), hits.stream().map(hit -> hit.get("path")).distinct().count(), message);
    assertEquals(number, Json.number(closing, "query"), message);
    assertEquals(distances.size(), Json.number(closing, "hits"), message);
  }
}
