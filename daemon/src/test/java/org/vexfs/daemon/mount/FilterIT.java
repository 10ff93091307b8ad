package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Filters through a mount: each question is asked on one handle that stays open, right after the
/// change that it is about.
@Timeout(60)
final class FilterIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  /// Files `f0` … on a line, in a directory of their own.
  private static Path files(String directory, int count) throws IOException {
    Path made = mount.directory(directory);
    for (int i = 0; i < count; i++) {
      Attributes.attach(mount.file(directory + "/f" + i, "x".repeat(i)), i, 0);
    }
    return made;
  }

  private static List<String> ask(Conversation search, String filter) throws IOException {
    String query = "{'vector':[0,0],'k':100,'filter':" + filter + "}";
    return search.ask(query.replace('\'', '"')).paths();
  }

  private static String is(String key, String value) {
    return "{'key':'%s','match':{'value':%s}}".formatted(key, value);
  }

  @Test
  void attribute_setChangedAndRemoved_isSeenByTheNextSearch() throws IOException {
    Path directory = files("attributes", 3);
    try (Conversation search = new Conversation(directory)) {
      String red = is("user.colour", "'red'");
      assertEquals(List.of(), ask(search, red));
      Attributes.set(directory.resolve("f1"), "colour", "red");
      assertEquals(List.of("f1"), ask(search, red));
      Attributes.set(directory.resolve("f2"), "colour", "red");
      Attributes.set(directory.resolve("f1"), "colour", "blue");
      assertEquals(List.of("f2"), ask(search, red));
      assertEquals(List.of("f0", "f1"), ask(search, "{'must_not':[" + red + "]}"));
      Attributes.remove(directory.resolve("f2"), "colour");
      assertEquals(List.of(), ask(search, red));
      assertEquals(
          List.of("f1"), ask(search, "{'key':'user.colour','match':{'any':['blue','green']}}"));
    }
  }

  @Test
  void whatStatTells_changed_isSeenByTheNextSearch() throws IOException {
    Path directory = files("stat", 4);
    try (Conversation search = new Conversation(directory)) {
      String large = "{'key':'size','range':{'gte':3}}";
      assertEquals(List.of("f3"), ask(search, large));
      Files.writeString(directory.resolve("f0"), "longer", StandardOpenOption.APPEND);
      assertEquals(List.of("f0", "f3"), ask(search, large));
      Files.writeString(directory.resolve("f3"), "x", StandardOpenOption.TRUNCATE_EXISTING);
      assertEquals(List.of("f0"), ask(search, large));

      String old = "{'key':'mtime','range':{'lt':'2001-01-01'}}";
      assertEquals(List.of(), ask(search, old));
      Files.setLastModifiedTime(
          directory.resolve("f2"), FileTime.from(Instant.parse("2000-12-31T23:59:59Z")));
      assertEquals(List.of("f2"), ask(search, old));

      Files.setPosixFilePermissions(
          directory.resolve("f1"), PosixFilePermissions.fromString("rw-r-----"));
      assertEquals(List.of("f1"), ask(search, is("mode", "'0640'")));
      Command.of("chown", "1234:4321", directory.resolve("f1")).output();
      assertEquals(List.of("f1"), ask(search, is("uid", "1234")));
      assertEquals(List.of("f1"), ask(search, is("gid", "4321")));
    }
  }

  @Test
  void names_changed_areSeenByTheNextSearch() throws IOException {
    Path directory = files("names", 3);
    try (Conversation search = new Conversation(directory)) {
      String notes = "{'key':'path','match':{'glob':'notes/**/*.md'}}";
      assertEquals(List.of(), ask(search, notes));
      Files.createDirectory(directory.resolve("notes"));
      Files.move(directory.resolve("f1"), directory.resolve("notes/f1.md"));
      assertEquals(List.of("notes/f1.md"), ask(search, notes));
      Files.createLink(directory.resolve("notes/other.md"), directory.resolve("f2"));
      assertEquals(List.of("notes/f1.md", "notes/other.md"), ask(search, notes));
      assertEquals(List.of("f2"), ask(search, is("name", "'f2'")));
      Files.move(directory.resolve("notes"), directory.resolve("moved"));
      assertEquals(List.of(), ask(search, notes));
      assertEquals(
          List.of("f1.md"),
          Conversation.ask(
                  directory.resolve("moved"),
                  "{\"vector\":[0,0],\"filter\":{\"key\":\"path\",\"match\":{\"value\":\"f1.md\"}}}")
              .paths());
    }
  }

  @Test
  void file_changedBehindTheMount_isNoHitAtOnceAndOneSoon() throws IOException {
    Path directory = files("behind", 2);
    Path source = mount.source().resolve("behind");
    Attributes.set(directory.resolve("f0"), "colour", "red");
    try (Conversation search = new Conversation(directory)) {
      String red = is("user.colour", "'red'");
      assertEquals(List.of("f0"), ask(search, red));
      Attributes.set(source.resolve("f0"), "colour", "blue");
      assertEquals(List.of(), ask(search, red));
      Attributes.set(source.resolve("f1"), "colour", "red");
      Deadline.await(
          PATIENCE, () -> ask(search, red).equals(List.of("f1")), () -> "f1 is not seen");
    }
  }

  @Test
  void file_changedInASharedSource_isSeenByTheNextSearch() throws Exception {
    try (var own = NativeMount.start("--shared-source")) {
      for (String name : List.of("a", "b")) {
        Attributes.attach(own.file(name, name), name.charAt(0), 0);
      }
      try (Conversation search = new Conversation(own.mountPoint())) {
        String red = is("user.colour", "'red'");
        for (int round = 0; round < 20; round++) {
          Attributes.set(own.source().resolve("a"), "colour", round % 2 == 0 ? "red" : "blue");
          Attributes.set(own.source().resolve("b"), "colour", round % 2 == 0 ? "blue" : "red");
          assertEquals(List.of(round % 2 == 0 ? "a" : "b"), ask(search, red), "round " + round);
        }
      }
    }
  }

  @Test
  void filters_onARandomTree_findWhatTheFilesSay() throws IOException {
    long seed = Long.getLong("vexfs.filter.seed", 7_271_125);
    Random random = new Random(seed);
    Path directory = mount.directory("random");
    Map<String, Integer> ranks = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      Path file = mount.file("random/f" + i, "");
      Attributes.attach(file, i, 0);
    }
    try (Conversation search = new Conversation(directory)) {
      for (int round = 0; round < 40; round++) {
        for (int change = 0; change < 10; change++) {
          String name = "f" + random.nextInt(300);
          int rank = random.nextInt(100);
          Attributes.set(directory.resolve(name), "rank", Integer.toString(rank));
          ranks.put(name, rank);
        }
        int bound = random.nextInt(100);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
          int rank = ranks.getOrDefault("f" + i, -1);
          if (rank >= 0 && rank < bound) {
            expected.add("f" + i);
          }
        }
        List<String> found = ask(search, "{'key':'user.rank','range':{'lt':%d}}".formatted(bound));
        assertEquals(expected.subList(0, Math.min(100, expected.size())), found, "seed " + seed);
      }
    }
  }

  @Test
  void filter_malformed_isRefusedAndTheHandleGoesOn() throws IOException {
    Path directory = files("refused", 1);
    try (Conversation search = new Conversation(directory)) {
      Refusal.EINVAL.of(() ->
          search.write(
              "{\"vector\":[0,0],\"filter\":{\"key\":\"colour\",\"match\":{\"value\":1}}}"
                  .getBytes(StandardCharsets.UTF_8)));
      String errors = Files.readString(directory.resolve(".vexfs/errors"));
      assertTrue(errors.contains("colour"), errors);
      assertEquals(List.of("f0"), ask(search, "{}"));
    }
  }
}
