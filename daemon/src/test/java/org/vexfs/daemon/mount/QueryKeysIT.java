package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every key of a query and of its filter, with values that are taken and values that are not.
///
/// The files lie on a line, in the order of their names. Queries are written with `'` for `"`.
@Timeout(120)
final class QueryKeysIT {
  private static NativeMount mount;

  /// | file | size | mode | owner | mtime | user.topic | user.weight | `other` |
  /// |---|---|---|---|---|---|---|---|
  /// | `a.md` | 1 | 0600 | 0:0 | 2020 | tax | 1.5 | at 9 |
  /// | `b.txt` | 10 | 0640 | 7:8 | 2021-06-01 | home | 20 | |
  /// | `sub/c.md` | 100 | 0644 | 0:8 | 2022 | tax | | at 8 |
  /// | `sub/d` | 0 | 0755 | 7:0 | 2023 | | word | |
  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
    mount.directory("sub");
    place("a.md", 0, 1, "rw-------", "0:0", "2020-01-01T00:00:00Z", "tax", "1.5");
    place("b.txt", 1, 10, "rw-r-----", "7:8", "2021-06-01T12:00:00Z", "home", "20");
    place("sub/c.md", 2, 100, "rw-r--r--", "0:8", "2022-01-01T00:00:00Z", "tax", "");
    place("sub/d", 3, 0, "rwxr-xr-x", "7:0", "2023-01-01T00:00:00Z", "", "word");
    Attributes.set(mount.path("a.md"), "vexfs.vector.other", "9,0");
    Attributes.set(mount.path("sub/c.md"), "vexfs.vector.other", "[[8,0],[1,0]]");
  }

  private static void place(
      String name,
      int at,
      int size,
      String mode,
      String owner,
      String time,
      String topic,
      String weight)
      throws IOException {
    Path file = mount.file(name, "x".repeat(size));
    Attributes.attach(file, at, 0);
    if (!topic.isEmpty()) {
      Attributes.set(file, "topic", topic);
    }
    if (!weight.isEmpty()) {
      Attributes.set(file, "weight", weight);
    }
    Command.of("chown", owner, file).output();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse(time)));
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  private static Conversation.Answer ask(String query) throws IOException {
    return Conversation.ask(mount.mountPoint(), query.replace('\'', '"'));
  }

  static Stream<Arguments> keys() {
    return Stream.of(
        Arguments.of("{'vector':[0,0]}", "a.md b.txt sub/c.md sub/d"),
        Arguments.of("{'vector':[[3,0]],'k':1}", "sub/d"),
        Arguments.of("{'k':2,'vector':[3,0]}", "sub/d sub/c.md"),
        Arguments.of("{'vector':[0,0],'collection':'default','k':1}", "a.md"),
        Arguments.of("{'vector':[0,0],'collection':'other'}", "sub/c.md a.md"),
        Arguments.of("{'like':'sub/c.md','collection':'other'}", "a.md"),
        Arguments.of("{'like':'a.md','k':1}", "b.txt"),
        Arguments.of("{'vector':[0,0],'ef':1,'k':2}", "a.md b.txt"),
        Arguments.of("{'vector':[0,0],'ef':100000,'k':1}", "a.md"),
        Arguments.of("{'vector':[0,0],'exact':true,'k':1}", "a.md"),
        Arguments.of("{'vector':[0,0],'exact':false,'k':1}", "a.md"),
        Arguments.of("{'vector':[0,0],'offset':0,'k':1}", "a.md"),
        Arguments.of("{'vector':[0,0],'offset':2,'k':1}", "sub/c.md"),
        Arguments.of("{'vector':[0,0],'offset':99990,'k':10}", ""),
        Arguments.of("{'vector':[0,0],'max_distance':1}", "a.md b.txt"),
        Arguments.of("{'vector':[0,0],'max_distance':0}", "a.md"),
        Arguments.of("{'vector':[0,0],'max_distance':-1}", ""),
        Arguments.of("{'vector':[0,0],'with':[],'k':1}", "a.md"),
        Arguments.of("{'vector':[0,0],'filter':{},'k':1}", "a.md"),
        Arguments.of("{'queries':[{'vector':[0,0]},{'vector':[0,0]}],'k':1}", "a.md"),
        Arguments.of(
            "{'queries':[{'like':'sub/d','k':1},{'vector':[0,0],'k':1,'collection':'other'}],"
                + "'fusion':'rrf'}",
            "sub/c.md"));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void key_isTaken(String query, String paths) throws IOException {
    assertEquals(paths, String.join(" ", ask(query).paths()));
  }

  static Stream<Arguments> filters() {
    return Stream.of(
        Arguments.of(is("path", "'sub/c.md'"), "sub/c.md"),
        Arguments.of(any("path", "'a.md','sub/d'"), "a.md sub/d"),
        Arguments.of(glob("path", "sub/*"), "sub/c.md sub/d"),
        Arguments.of(glob("path", "**/*.md"), "a.md sub/c.md"),
        Arguments.of(range("path", "'gte':'b','lt':'sub/d'"), "b.txt sub/c.md"),
        Arguments.of(is("name", "'c.md'"), "sub/c.md"),
        Arguments.of(any("name", "'d','none'"), "sub/d"),
        Arguments.of(glob("name", "[ab].*"), "a.md b.txt"),
        Arguments.of(range("name", "'gt':'b.txt'"), "sub/c.md sub/d"),
        Arguments.of(is("size", "10"), "b.txt"),
        Arguments.of(any("size", "0,'100'"), "sub/c.md sub/d"),
        Arguments.of(range("size", "'gt':0,'lte':10"), "a.md b.txt"),
        Arguments.of(is("mtime", "1577836800"), "a.md"),
        Arguments.of(any("mtime", "'2022-01-01','2023-01-01T00:00:00Z'"), "sub/c.md sub/d"),
        Arguments.of(range("mtime", "'gte':'2021-06-01','lt':'2022-01-01'"), "b.txt"),
        Arguments.of(range("mtime", "'gt':'2021-06-01T12:00:00Z'"), "sub/c.md sub/d"),
        Arguments.of(is("uid", "7"), "b.txt sub/d"),
        Arguments.of(any("uid", "7,8"), "b.txt sub/d"),
        Arguments.of(range("uid", "'lt':7"), "a.md sub/c.md"),
        Arguments.of(is("gid", "8"), "b.txt sub/c.md"),
        Arguments.of(any("gid", "0"), "a.md sub/d"),
        Arguments.of(range("gid", "'gte':8"), "b.txt sub/c.md"),
        Arguments.of(is("mode", "'0640'"), "b.txt"),
        Arguments.of(is("mode", "416"), "b.txt"),
        Arguments.of(any("mode", "'600','0755'"), "a.md sub/d"),
        Arguments.of(range("mode", "'gte':'0644'"), "sub/c.md sub/d"),
        Arguments.of(is("user.topic", "'tax'"), "a.md sub/c.md"),
        Arguments.of(any("user.topic", "'home','none'"), "b.txt"),
        Arguments.of(glob("user.topic", "?[!o]*"), "a.md sub/c.md"),
        Arguments.of(range("user.topic", "'lt':'i'"), "b.txt"),
        Arguments.of(is("user.weight", "1.50"), "a.md"),
        Arguments.of(is("user.weight", "'1.50'"), ""),
        Arguments.of(range("user.weight", "'gt':1.5"), "b.txt"),
        Arguments.of(range("user.weight", "'gte':'1','lte':'20'"), "a.md b.txt"),
        Arguments.of(is("user.none", "''"), ""),
        Arguments.of("{'must':[" + is("gid", "8") + "," + glob("name", "*.md") + "]}", "sub/c.md"),
        Arguments.of("{'should':[" + is("size", "0") + "," + is("size", "1") + "]}", "a.md sub/d"),
        Arguments.of("{'must_not':[" + glob("user.topic", "*") + "]}", "sub/d"),
        Arguments.of(
            "{'must':" + is("gid", "8") + ",'should':[" + is("uid", "0") + "],'must_not':[]}",
            "sub/c.md"),
        Arguments.of(
            "{'must':[{'must_not':[" + is("uid", "0") + "]},{'should':[" + is("gid", "0") + "]}]}",
            "sub/d"),
        Arguments.of("{'must':[],'should':[],'must_not':[]}", "a.md b.txt sub/c.md sub/d"));
  }

  private static String is(String key, String value) {
    return "{'key':'" + key + "','match':{'value':" + value + "}}";
  }

  private static String any(String key, String values) {
    return "{'key':'" + key + "','match':{'any':[" + values + "]}}";
  }

  private static String glob(String key, String pattern) {
    return "{'key':'" + key + "','match':{'glob':'" + pattern + "'}}";
  }

  private static String range(String key, String bounds) {
    return "{'key':'" + key + "','range':{" + bounds + "}}";
  }

  @ParameterizedTest
  @MethodSource("filters")
  void filter_letsThroughWhatItSays(String filter, String paths) throws IOException {
    for (boolean exact : new boolean[] {true, false}) {
      String query = "{'vector':[0,0],'filter':%s,'exact':%b}".formatted(filter, exact);
      assertEquals(paths, String.join(" ", ask(query).paths()));
    }
  }

  static Stream<String> refused() {
    return Stream.of(
        "{'vector':'[0,0]'}",
        "{'vector':{}}",
        "{'vector':[0,null]}",
        "{'vector':[0,'1']}",
        "{'vector':[[0,0],[1]]}",
        "{'vector':[0,NaN]}",
        "{'vector':[0,1e39]}",
        "{'vector':[0,0,0]}",
        "{'like':7}",
        "{'like':''}",
        "{'like':'/a.md'}",
        "{'like':'sub/../a.md'}",
        "{'text':7}",
        "{'text':''}",
        "{'text':'words','vector':[0,0]}",
        "{'vector':[0,0],'collection':7}",
        "{'vector':[0,0],'collection':''}",
        "{'vector':[0,0],'k':null}",
        "{'vector':[0,0],'k':[1]}",
        "{'vector':[0,0],'k':100001}",
        "{'vector':[0,0],'k':99999999999999999999}",
        "{'vector':[0,0],'k':1,'k':1}",
        "{'vector':[0,0],'ef':-1}",
        "{'vector':[0,0],'ef':'many'}",
        "{'vector':[0,0],'exact':1}",
        "{'vector':[0,0],'offset':'0'}",
        "{'vector':[0,0],'offset':1.5}",
        "{'vector':[0,0],'offset':99991}",
        "{'vector':[0,0],'max_distance':'near'}",
        "{'vector':[0,0],'max_distance':null}",
        "{'vector':[0,0],'with':'vector'}",
        "{'vector':[0,0],'with':[7]}",
        "{'vector':[0,0],'filter':[]}",
        "{'vector':[0,0],'filter':'a'}",
        "{'vector':[0,0],'filter':{'must':7}}",
        "{'vector':[0,0],'filter':{'may':[]}}",
        "{'vector':[0,0],'filter':{'key':'size'}}",
        "{'vector':[0,0],'filter':{'match':{'value':1}}}",
        "{'vector':[0,0],'filter':" + is("colour", "1") + "}",
        "{'vector':[0,0],'filter':" + is("user.", "1") + "}",
        "{'vector':[0,0],'filter':" + is("user.vexfs.vector", "1") + "}",
        "{'vector':[0,0],'filter':" + is("user.vexfs.vector.other", "1") + "}",
        "{'vector':[0,0],'filter':" + is("size", "'large'") + "}",
        "{'vector':[0,0],'filter':" + is("size", "null") + "}",
        "{'vector':[0,0],'filter':" + is("mode", "'0999'") + "}",
        "{'vector':[0,0],'filter':" + is("mtime", "'yesterday'") + "}",
        "{'vector':[0,0],'filter':" + glob("size", "1*") + "}",
        "{'vector':[0,0],'filter':" + range("size", "") + "}",
        "{'vector':[0,0],'filter':" + range("size", "'above':1") + "}",
        "{'vector':[0,0],'filter':{'key':'size','match':{}}}",
        "{'vector':[0,0],'filter':{'key':'size','match':{'value':1,'any':[1]}}}",
        "{'vector':[0,0],'filter':{'key':'size','match':{'value':1},'range':{'gt':1}}}",
        "{'vector':[0,0],'fusion':'rrf'}",
        "{'queries':[]}",
        "{'queries':[[0,0]]}",
        "{'queries':[{'vector':[0,0]}],'fusion':'sum'}",
        "{'queries':[{'vector':[0,0]}],'vector':[0,0]}",
        "{'queries':[{'vector':[0,0],'offset':1}]}",
        "{'queries':[{'vector':[0,0]}],'max_distance':1}",
        "{'queries':[{'vector':[0,0]}],'with':['vector']}",
        "{'queries':[{'queries':[{'vector':[0,0]}]}]}",
        "{'VECTOR':[0,0]}");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void value_thatIsWrong_isRefusedWithItsCause_andTheHandleGoesOn(String query) throws IOException {
    try (Conversation search = new Conversation(mount.mountPoint())) {
      Refusal.EINVAL.of(
          () -> search.write(query.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
      Map<String, Object> error = mount.errors().getLast();
      assertEquals("EINVAL", error.get("errno"));
      assertEquals("write", error.get("operation"));
      assertFalse(Json.text(error, "cause").isBlank());
      assertEquals(4, search.ask("[0,0]").paths().size());
    }
  }

  @Test
  void closingLine_saysHowManyThereAre_andWhetherAllWereCompared() throws IOException {
    Map<String, Object> few =
        ask("{'vector':[0,0],'k':10,'exact':true,'filter':" + is("uid", "7") + "}").closing();
    assertEquals(2, Json.number(few, "hits"));
    assertEquals(true, few.get("exact"));
    assertTrue(Json.number(few, "searched") >= 2, few::toString);
    assertEquals(0, Json.number(ask("{'vector':[0,0],'max_distance':-1}").closing(), "hits"));
  }

  @Test
  void hit_ofSeveralRows_tellsTheNearest_andWithAddsIt() throws IOException {
    Map<String, Object> hit =
        ask("{'vector':[1,0],'collection':'other','k':1,'with':['vector','attributes']}")
            .lines()
            .getFirst();
    assertEquals("sub/c.md", hit.get("path"));
    assertEquals(1, Json.number(hit, "row"));
    assertEquals(List.of(1.0, 0.0), hit.get("vector"));
    assertEquals(Map.of("user.topic", "tax"), hit.get("attributes"));
    Map<String, Object> bare = ask("{'vector':[1,0],'k':1}").lines().getFirst();
    assertFalse(bare.containsKey("vector") || bare.containsKey("attributes"), bare::toString);
  }

  @Test
  void text_isForACollectionWithAnEmbedder() throws IOException {
    Files.createDirectory(mount.path(".vexfs/collections/words"));
    Files.writeString(
        mount.path(".vexfs/collections/words/config"),
        "{\"metric\":\"cosine\",\"embedder\":\"hashing-512\"}");
    try (Conversation search = new Conversation(mount.mountPoint())) {
      Refusal.ENOENT.of(() -> search.ask("{\"text\":\"any words\",\"collection\":\"words\"}"));
    }
    Command.of(NativeMount.launcher(), "index", mount.path("sub"), "--collection", "words")
        .output();
    assertEquals(
        List.of("sub/c.md"),
        ask("{'text':'" + "x".repeat(100) + "','collection':'words'}").paths());
    try (Conversation search = new Conversation(mount.mountPoint())) {
      Refusal.EINVAL.of(() -> search.ask("{\"text\":\"???\",\"collection\":\"words\"}"));
      Refusal.EINVAL.of(() -> search.ask("{\"text\":\"any words\"}"));
    }
  }
}
