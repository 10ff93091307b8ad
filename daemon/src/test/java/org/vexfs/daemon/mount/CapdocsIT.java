package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Real texts with real vectors, end to end: written, attached, asked for, and still there after
/// the daemon was killed.
final class CapdocsIT {
  private static final long SEED = 20_260_101;
  private static final int QUERIES = 200;
  private static final int K = 10;
  private static final double RECALL = 0.95;

  /// How far a query lies off the vector that it is made from, in each dimension; the vectors have
  /// unit length.
  private static final double PERTURBATION = 0.01;

  /// Float32 sums of 384 products differ by their order.
  private static final double DISTANCE_TOLERANCE = 2e-6;

  @Test
  @Timeout(240)
  void texts_areFoundByTheirVectors_alsoAfterTheDaemonWasKilled() throws Exception {
    Capdocs capdocs = Capdocs.load();
    assertEquals(2_681, capdocs.texts().size());
    List<float[]> queries = queries(capdocs);
    try (var mount = NativeMount.start()) {
      setCosine(mount);
      for (int i = 0; i < capdocs.texts().size(); i++) {
        Path file = mount.path(name(i));
        Files.createDirectories(file.getParent());
        Files.writeString(file, capdocs.texts().get(i));
        Attributes.attach(file, capdocs.vectors().get(i));
      }
      mount.awaitGraph();

      List<Conversation.Answer> exact = ask(mount, queries, true);
      List<Conversation.Answer> approximate = ask(mount, queries, false);
      checkExact(capdocs, queries, exact);
      checkApproximate(capdocs, queries, approximate);

      mount.killAndMount();
      mount.awaitGraph();
      assertEquals(paths(exact), paths(ask(mount, queries, true)));
      checkApproximate(capdocs, queries, ask(mount, queries, false));
      for (int i = 0; i < capdocs.texts().size(); i++) {
        assertEquals(capdocs.texts().get(i), Files.readString(mount.path(name(i))));
      }
    }
  }

  private static void setCosine(NativeMount mount) throws IOException {
    Path config = mount.path(".vexfs/collections/default/config");
    if (!Files.exists(config.getParent())) {
      Files.createDirectory(config.getParent());
    }
    Command.script("echo '{\"metric\":\"cosine\"}' > \"$1\"", config).output();
    assertEquals("cosine", Json.object(Files.readString(config)).get("metric"));
  }

  /// Vectors of the data, moved a little.
  private static List<float[]> queries(Capdocs capdocs) {
    Random random = new Random(SEED);
    List<float[]> queries = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      float[] query = capdocs.vectors().get(random.nextInt(capdocs.vectors().size())).clone();
      for (int j = 0; j < query.length; j++) {
        query[j] += (float) (random.nextGaussian() * PERTURBATION);
      }
      queries.add(query);
    }
    return queries;
  }

  private static List<Conversation.Answer> ask(
      NativeMount mount, List<float[]> queries, boolean exact) throws IOException {
    List<Conversation.Answer> answers = new ArrayList<>();
    try (Conversation search = new Conversation(mount.mountPoint())) {
      for (float[] query : queries) {
        Conversation.Answer answer =
            search.ask(
                "{\"vector\":%s,\"k\":%d,\"exact\":%s}".formatted(Forms.json(query), K, exact));
        assertEquals(exact, answer.closing().get("exact"));
        assertEquals(K, answer.lines().size());
        answers.add(answer);
      }
    }
    return answers;
  }

  /// The same texts in the same order, but that those equally far may change places.
  private static void checkExact(
      Capdocs capdocs, List<float[]> queries, List<Conversation.Answer> answers) {
    for (int i = 0; i < queries.size(); i++) {
      List<Capdocs.Neighbour> truth = capdocs.nearest(queries.get(i), capdocs.texts().size());
      double[] distanceOf = new double[truth.size()];
      truth.forEach(neighbour -> distanceOf[neighbour.index()] = neighbour.distance());
      Set<String> seen = new HashSet<>();
      for (int rank = 0; rank < K; rank++) {
        String path = answers.get(i).paths().get(rank);
        String where = "seed " + SEED + ", query " + i + ", rank " + (rank + 1) + ": " + path;
        assertTrue(seen.add(path), where);
        double expected = truth.get(rank).distance();
        assertEquals(expected, answers.get(i).distances().get(rank), DISTANCE_TOLERANCE, where);
        assertEquals(expected, distanceOf[index(path)], DISTANCE_TOLERANCE, where);
      }
    }
  }

  private static void checkApproximate(
      Capdocs capdocs, List<float[]> queries, List<Conversation.Answer> answers) {
    int found = 0;
    for (int i = 0; i < queries.size(); i++) {
      Set<String> wanted = new HashSet<>();
      capdocs.nearest(queries.get(i), K).forEach(neighbour -> wanted.add(name(neighbour.index())));
      wanted.retainAll(answers.get(i).paths());
      found += wanted.size();
    }
    double recall = (double) found / (QUERIES * K);
    assertTrue(recall >= RECALL, "seed " + SEED + ": recall@10 " + recall);
  }

  private static List<List<String>> paths(List<Conversation.Answer> answers) {
    return answers.stream().map(Conversation.Answer::paths).toList();
  }

  /// Where text `index` lies: a few directories, some inside others.
  private static String name(int index) {
    return "part-%d/chapter-%d/text-%d.md".formatted(index % 7, index % 5, index);
  }

  private static int index(String path) {
    return Integer.parseInt(path.substring(path.lastIndexOf('-') + 1, path.lastIndexOf('.')));
  }
}
