package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/// Saved queries and links: searches that are directories.
@Timeout(120)
final class SavedQueryIT {
  private static final String NEAR_ORIGIN = "{\"vector\":[0,0],\"k\":3}";

  private static NativeMount mount;
  private Path directory;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("-o", "allow_other");
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  /// A directory with the files `one` to `three`, the last in a directory of its own, ever further
  /// from the origin.
  @BeforeEach
  void makeFiles(TestInfo test) throws IOException {
    directory = mount.directory(test.getTestMethod().orElseThrow().getName());
    Files.createDirectory(directory.resolve("sub"));
    int distance = 1;
    for (String name : List.of("one", "two", "sub/three")) {
      Path file = Files.writeString(directory.resolve(name), "content of " + name);
      Attributes.attach(file, distance++, 0);
    }
  }

  @Test
  void savedQuery_showsItsAnswer_asLinesAndAsLinksThatOpenTheHits() throws IOException {
    Path query = save(directory, "origin", NEAR_ORIGIN);
    assertEquals(NEAR_ORIGIN, Files.readString(query.resolve("query")));
    assertEquals(List.of("hits", "query", "results.jsonl"), names(query));
    Conversation.Answer answer =
        Conversation.parse(Files.readString(query.resolve("results.jsonl")));
    assertEquals(List.of("one", "two", "sub/three"), answer.paths());
    assertEquals(3, Json.number(answer.closing(), "hits"));

    List<String> links = names(query.resolve("hits"));
    assertEquals(
        List.of("01-0.5000-one", "02-0.3333-two", "03-0.2500-three"), links, links::toString);
    assertEquals(
        List.of("content of one", "content of two", "content of sub/three"),
        links.stream().map(link -> content(query.resolve("hits").resolve(link))).toList());
    assertTrue(Files.isSymbolicLink(query.resolve("hits").resolve(links.getFirst())));
    assertEquals(
        directory.resolve("sub/three"), query.resolve("hits/03-0.2500-three").toRealPath());
  }

  @Test
  void savedQuery_isLive() throws IOException {
    Path query = save(directory, "origin", NEAR_ORIGIN);
    Attributes.attach(Files.writeString(directory.resolve("nearest"), "new"), 0, 0);
    Files.delete(directory.resolve("two"));
    assertEquals(
        List.of("01-1.0000-nearest", "02-0.5000-one", "03-0.2500-three"),
        names(query.resolve("hits")));
    write(query, "{\"like\":\"one\",\"k\":1}");
    assertEquals(List.of("01-0.5000-nearest"), names(query.resolve("hits")));
  }

  @Test
  void lookUpOfAHit_asksNothing_andFindsWhatWasListed() throws IOException {
    Path hits = save(directory, "origin", NEAR_ORIGIN).resolve("hits");
    assertFalse(Files.exists(hits.resolve("01-0.5000-one")));
    assertEquals(3, names(hits).size());
    Attributes.attach(directory.resolve("one"), 9, 9);
    assertEquals("content of one", Files.readString(hits.resolve("01-0.5000-one")));
    assertEquals("03-0.0728-one", names(hits).getLast());
    assertFalse(Files.exists(hits.resolve("01-0.5000-one"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void badQuery_isRefusedAtClose_andTheOneBeforeStays() throws IOException {
    Path query = save(directory, "origin", NEAR_ORIGIN);
    for (String bad : List.of("{\"vector\":[0,0],\"colour\":1}", "{\"k\":1", "find me")) {
      Refusal.EINVAL.of(() -> write(query, bad));
      Map<String, Object> error =
          Json.lines(Files.readString(directory.resolve(".vexfs/errors"))).getLast();
      assertEquals("EINVAL", error.get("errno"), bad);
      assertFalse(Json.text(error, "cause").isBlank(), bad);
    }
    assertEquals(NEAR_ORIGIN, Files.readString(query.resolve("query")));
    write(query, "{\"vector\":[0,0],\"collection\":\"nowhere\"}");
    Refusal.ENOENT.of(() -> Files.readString(query.resolve("results.jsonl")));
    assertThrows(IOException.class, () -> names(query.resolve("hits")));
  }

  @Test
  void queryThatAsksNothingYet_findsNothing() throws IOException {
    Path query = Files.createDirectory(directory.resolve(".vexfs/queries/empty"));
    assertEquals("", Files.readString(query.resolve("query")));
    assertEquals("", Files.readString(query.resolve("results.jsonl")));
    assertEquals(List.of(), names(query.resolve("hits")));
  }

  @Test
  void names_areMadeMovedAndRemoved() throws IOException {
    Path queries = directory.resolve(".vexfs/queries");
    Path query = save(directory, "origin", NEAR_ORIGIN);
    assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectory(query));
    Refusal.EPERM.of(() -> Files.createDirectory(queries.resolve(".vexfs")));
    Refusal.EPERM.of(() -> Files.writeString(queries.resolve("file"), "none"));
    Refusal.EPERM.of(() -> Files.delete(query.resolve("query")));

    Files.move(query, queries.resolve("renamed"), StandardCopyOption.ATOMIC_MOVE);
    assertEquals(List.of("renamed"), names(queries));
    assertEquals(3, names(queries.resolve("renamed/hits")).size());

    Path below = directory.resolve("sub/.vexfs/queries/below");
    Files.move(queries.resolve("renamed"), below, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(List.of(), names(queries));
    assertEquals(List.of("01-0.2500-three"), names(below.resolve("hits")));

    Files.delete(below);
    assertEquals(List.of(), names(directory.resolve("sub/.vexfs/queries")));
    assertThrows(NoSuchFileException.class, () -> Files.readString(below.resolve("query")));
  }

  @Test
  void savedQuery_followsItsDirectory_andOutlivesTheDaemon() throws Exception {
    save(directory.resolve("sub"), "origin", NEAR_ORIGIN);
    Path moved = directory.resolve("moved");
    Files.move(directory.resolve("sub"), moved, StandardCopyOption.ATOMIC_MOVE);
    Files.createDirectory(directory.resolve("sub"));
    assertEquals(List.of("origin"), names(moved.resolve(".vexfs/queries")));
    assertEquals(List.of(), names(directory.resolve("sub/.vexfs/queries")));

    mount.unmount();
    mount.mount();
    assertEquals(List.of("01-0.2500-three"), names(moved.resolve(".vexfs/queries/origin/hits")));
    assertEquals(NEAR_ORIGIN, Files.readString(moved.resolve(".vexfs/queries/origin/query")));

    Path source = mount.source().resolve(mount.mountPoint().relativize(directory));
    Files.move(source.resolve("moved"), source.resolve("behind"));
    Path behind = directory.resolve("behind");
    assertTrue(Files.exists(behind.resolve("three")));
    assertEquals(List.of("01-0.2500-three"), names(behind.resolve(".vexfs/queries/origin/hits")));

    Files.delete(behind.resolve("three"));
    Files.delete(behind);
    Files.createDirectory(behind);
    assertEquals(List.of(), names(behind.resolve(".vexfs/queries")));
  }

  @Test
  void batch_numbersItsQueries() throws IOException {
    Path query = save(directory, "batch", "[[0,0],[3,0]]");
    List<String> links = names(query.resolve("hits"));
    assertEquals(6, links.size());
    assertEquals("0-01-0.5000-one", links.getFirst());
    assertEquals("1-01-1.0000-three", links.get(3));
  }

  @Test
  void links_areTheNearestFiles() throws IOException {
    Path links = directory.resolve(".vexfs/links");
    assertEquals(List.of("one", "sub", "two"), names(links));
    assertEquals(List.of("01-0.5000-two", "02-0.3333-three"), names(links.resolve("one")));
    assertEquals("content of two", Files.readString(links.resolve("one/01-0.5000-two")));
    assertEquals(List.of("01-0.5000-two", "02-0.3333-one"), names(links.resolve("sub/three")));
    assertEquals(directory.resolve("one"), links.resolve("sub/three/02-0.3333-one").toRealPath());
    assertThrows(NoSuchFileException.class, () -> names(links.resolve("nothing")));
    Files.writeString(directory.resolve("plain"), "no vector");
    assertThrows(IOException.class, () -> names(links.resolve("plain")));
  }

  @Test
  void manyHitsWithLongNames_areLinkedInOrder() throws IOException {
    String longName = "é".repeat(127) + "x";
    for (int i = 0; i < 120; i++) {
      Attributes.attach(Files.writeString(directory.resolve("file" + i), ""), 10 + i, 0);
    }
    Attributes.attach(Files.writeString(directory.resolve(longName), "long"), 0, 0);
    Path hits = save(directory, "many", "{\"vector\":[0,0],\"k\":200}").resolve("hits");
    List<String> links = names(hits);
    assertEquals(124, links.size());
    assertEquals(
        IntStream.rangeClosed(1, 124).mapToObj("%03d"::formatted).toList(),
        links.stream().map(link -> link.substring(0, 3)).toList());
    assertTrue(links.getFirst().startsWith("001-1.0000-é"), links::getFirst);
    assertEquals("long", Files.readString(hits.resolve(links.getFirst())));
  }

  @Test
  void anotherUser_seesWhatSheMayRead_andMakesQueriesWhereSheMayWrite() throws Exception {
    save(directory, "origin", NEAR_ORIGIN);
    String seen =
        Command.python(
                """
                import os, sys
                directory = sys.argv[1]
                os.chmod(os.path.join(directory, "two"), 0o600)
                os.mkdir(os.path.join(directory, "open"))
                os.chmod(os.path.join(directory, "open"), 0o777)
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                queries = os.path.join(directory, ".vexfs/queries")
                print(sorted(os.listdir(queries + "/origin/hits")))
                for attempt in (lambda: os.mkdir(queries + "/mine"),
                                lambda: os.rmdir(queries + "/origin"),
                                lambda: open(queries + "/origin/query", "w"),
                                lambda: os.listdir(os.path.join(directory, ".vexfs/links/two"))):
                    try:
                        attempt()
                        print("done")
                    except PermissionError:
                        print("refused")
                os.mkdir(os.path.join(directory, "open/.vexfs/queries/mine"))
                print(os.listdir(os.path.join(directory, "open/.vexfs/queries")))
                """,
                directory)
            .output();
    assertEquals(
        "['01-0.5000-one', '02-0.2500-three']\nrefused\nrefused\nrefused\nrefused\n['mine']\n",
        seen);
  }

  private static Path save(Path directory, String name, String query) throws IOException {
    Path saved = Files.createDirectory(directory.resolve(".vexfs/queries").resolve(name));
    write(saved, query);
    return saved;
  }

  private static void write(Path saved, String query) throws IOException {
    Files.writeString(saved.resolve("query"), query);
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
