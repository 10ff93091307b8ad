package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every path under `.vexfs`: how it looks, how it is read, and what is refused there.
///
/// The files `a`, `b`, `sub/c` and `sub/deep/d` have vectors, `plain` has none; `saved` is a saved
/// query.
@Timeout(120)
final class ControlFilesIT {
  /// Tells what came of calls, each a line of `LABEL: ERRNO` or `LABEL: done`.
  private static final String ATTEMPTS =
      """
      import errno, os, sys
      os.chdir(sys.argv[1])
      def attempt(label, call, *arguments):
          try:
              call(*arguments)
              print(label + ": done")
          except OSError as failure:
              print(label + ": " + errno.errorcode[failure.errno])
      def write(path, data, flags=os.O_WRONLY):
          file = os.open(path, flags, 0o666)
          try:
              os.write(file, data)
          finally:
              os.close(file)
      """;

  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("-o", "allow_other");
    mount.directory("sub/deep");
    int number = 0;
    for (String name : List.of("a", "b", "sub/c", "sub/deep/d")) {
      Attributes.attach(mount.file(name, "text of " + name), number++, 1);
    }
    mount.file("plain", "no vector");
    Path saved = Files.createDirectory(mount.path(".vexfs/queries/saved"));
    Files.writeString(saved.resolve("query"), "[1,2]");
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @Test
  void listing_isWhatThereIs_inEveryDirectory() throws IOException {
    Set<String> expected =
        Set.of(
            "collections",
            "compact",
            "errors",
            "find",
            "help",
            "import",
            "links",
            "log-level",
            "metrics",
            "near",
            "queries",
            "search",
            "stats",
            "status",
            "vectors");
    for (String directory : List.of("", "sub/", "sub/deep/")) {
      assertEquals(expected, names(directory + ".vexfs"), directory);
    }
    assertEquals(Set.of("a", "b", "sub"), names(".vexfs/near"));
    assertEquals(Set.of("a", "b", "sub"), names(".vexfs/links"));
    assertEquals(Set.of("a.npy", "b.npy", "sub"), names(".vexfs/vectors"));
    assertEquals(Set.of("c", "deep"), names(".vexfs/near/sub"));
    assertEquals(Set.of("c.npy", "deep"), names("sub/.vexfs/vectors"));
    assertEquals(Set.of(), names(".vexfs/find"));
    assertEquals(Set.of("saved"), names(".vexfs/queries"));
    assertEquals(Set.of(), names("sub/.vexfs/queries"));
    assertEquals(Set.of("default"), names(".vexfs/collections"));
    assertEquals(Set.of("config", "stats", "vectors"), names(".vexfs/collections/default"));
  }

  @Test
  void attributes_areSane() {
    String looks =
        Command.python(
                """
                import os, stat, sys
                os.chdir(sys.argv[1] + "/.vexfs")
                for path in sys.argv[2:]:
                    s = os.stat(path)
                    assert s.st_nlink >= 1 and s.st_mtime > 0 and s.st_ino > 0, (path, s)
                    assert s.st_uid == os.getuid() and s.st_blocks * 512 >= s.st_size, (path, s)
                    assert stat.S_ISDIR(s.st_mode) == os.path.isdir(path), (path, s)
                    print(stat.filemode(s.st_mode), s.st_size, path)
                """,
                mount.mountPoint(),
                ".",
                "search",
                "near",
                "near/a",
                "links",
                "links/a",
                "find",
                "find/any words",
                "queries",
                "queries/saved",
                "queries/saved/query",
                "queries/saved/results.jsonl",
                "queries/saved/hits",
                "vectors",
                "vectors/a.npy",
                "collections",
                "collections/default",
                "collections/default/config",
                "collections/default/stats",
                "collections/default/vectors/sub/c.npy",
                "import",
                "compact",
                "status",
                "stats",
                "metrics",
                "errors",
                "help")
            .output();
    assertEquals(
        """
        dr-xr-xr-x 0 .
        -rw-rw-rw- 0 search
        dr-xr-xr-x 0 near
        -r--r--r-- 0 near/a
        dr-xr-xr-x 0 links
        dr-xr-xr-x 0 links/a
        dr-xr-xr-x 0 find
        -r--r--r-- 0 find/any words
        drwxr-xr-x 0 queries
        dr-xr-xr-x 0 queries/saved
        -rw-r--r-- 5 queries/saved/query
        -r--r--r-- 0 queries/saved/results.jsonl
        dr-xr-xr-x 0 queries/saved/hits
        drwxrwxrwx 0 vectors
        -rw-r--r-- 136 vectors/a.npy
        drwxr-xr-x 0 collections
        dr-xr-xr-x 0 collections/default
        -rw-r--r-- 0 collections/default/config
        -r--r--r-- 0 collections/default/stats
        -rw-r--r-- 136 collections/default/vectors/sub/c.npy
        --w--w--w- 0 import
        -rw------- 0 compact
        -r--r--r-- 0 status
        -r--r--r-- 0 stats
        -r--r--r-- 0 metrics
        -r--r--r-- 0 errors
        -r--r--r-- 0 help
        """,
        looks);
  }

  /// What is read is fixed when a file is opened.
  @Test
  void everyFile_readsTheSame_underAnyBufferSize() {
    Refusal.EINVAL.of(() -> Attributes.set(mount.path("b"), Attributes.VECTOR, "[1]"));
    Command.python(
            """
            import os, sys
            os.chdir(sys.argv[1] + "/.vexfs")
            for path in sys.argv[2:]:
                file = os.open(path, os.O_RDONLY)
                whole = os.pread(file, 1 << 20, 0)
                assert whole, path
                for size in (1, 7, 511, 4096, 65536):
                    os.lseek(file, 0, os.SEEK_SET)
                    pieces = []
                    while piece := os.read(file, size):
                        assert len(piece) <= size, path
                        pieces.append(piece)
                    assert b"".join(pieces) == whole, (path, size)
                assert os.pread(file, 10, len(whole)) == b"", path
                assert os.pread(file, 10, 1 << 40) == b"", path
                assert os.pread(file, 10, len(whole) - 3) == whole[-3:], path
                os.close(file)
                with open(path, "rb") as again:
                    assert again.read(), path
            """,
            mount.mountPoint(),
            "near/a",
            "near/sub/deep/d",
            "queries/saved/query",
            "queries/saved/results.jsonl",
            "vectors/a.npy",
            "collections/default/config",
            "collections/default/stats",
            "collections/default/vectors/sub/deep/d.npy",
            "status",
            "stats",
            "metrics",
            "errors",
            "help")
        .output();
  }

  @Test
  void help_namesEveryPath() throws IOException {
    String help = Files.readString(mount.path("sub/.vexfs/help"));
    for (String path :
        List.of(
            "/.vexfs/search",
            "/.vexfs/near/PATH",
            "/.vexfs/links/PATH",
            "/.vexfs/find/",
            "/.vexfs/queries/NAME/query",
            "/.vexfs/queries/NAME/hits",
            "/.vexfs/queries/NAME/results.jsonl",
            "/.vexfs/vectors/PATH.npy",
            "/.vexfs/collections/NAME/config",
            "/.vexfs/collections/NAME/stats",
            "/.vexfs/collections/NAME/vectors/PATH.npy",
            "/.vexfs/import",
            "/.vexfs/compact",
            "/.vexfs/status",
            "/.vexfs/stats",
            "/.vexfs/errors",
            "metrics")) {
      assertTrue(help.contains(path), path);
    }
  }

  @Test
  void filesThatAreRead_areNotWritten_andThoseThatAreWritten_readAsNothing() throws IOException {
    String outcome =
        Command.python(
                ATTEMPTS
                    + """
                    os.chdir(".vexfs")
                    for path in sys.argv[2:]:
                        attempt(path, write, path, b"x")
                    """,
                mount.mountPoint(),
                "near/a",
                "find/words",
                "queries/saved/results.jsonl",
                "collections/default/stats",
                "status",
                "stats",
                "metrics",
                "errors",
                "help",
                "near",
                "links/a",
                "queries/saved/hits")
            .output();
    assertEquals(
        """
        near/a: EACCES
        find/words: EACCES
        queries/saved/results.jsonl: EACCES
        collections/default/stats: EACCES
        status: EACCES
        stats: EACCES
        metrics: EACCES
        errors: EACCES
        help: EACCES
        near: EISDIR
        links/a: EISDIR
        queries/saved/hits: EISDIR
        """,
        outcome);
    assertEquals("", Files.readString(mount.path(".vexfs/import")));
    assertEquals("", Files.readString(mount.path(".vexfs/search")));
    assertEquals("", Files.readString(mount.path(".vexfs/compact")));
  }

  @Test
  void nothing_isMadeMovedChangedOrRemoved_butWhatIsToBe() throws IOException {
    String refusals =
        Command.python(
                ATTEMPTS
                    + """
                    for directory in sys.argv[2:]:
                        at = ".vexfs/" + directory
                        new = at + "/new"
                        attempt(directory + " mkdir", os.mkdir, new)
                        attempt(directory + " create", write, new, b"", os.O_CREAT | os.O_WRONLY)
                        attempt(directory + " symlink", os.symlink, "a", new)
                        attempt(directory + " mknod", os.mknod, new)
                        attempt(directory + " link", os.link, "a", new)
                        attempt(directory + " rename to", os.rename, "a", new)
                        attempt(directory + " rename from", os.rename, at, "moved")
                        attempt(directory + " rmdir", os.rmdir, at)
                        attempt(directory + " chmod", os.chmod, at, 0o777)
                        attempt(directory + " chown", os.chown, at, 1, 1)
                    for file in ("search", "near/a", "import", "status", "errors", "compact",
                                 "queries/saved/query", "collections/default/config"):
                        attempt(file + " unlink", os.unlink, ".vexfs/" + file)
                        attempt(file + " rename", os.rename, ".vexfs/" + file, ".vexfs/new")
                        attempt(file + " rename out", os.rename, ".vexfs/" + file, "new")
                        attempt(file + " chmod", os.chmod, ".vexfs/" + file, 0o777)
                    attempt("vectors rename", os.rename, ".vexfs/vectors/a.npy", ".vexfs/vectors/b.npy")
                    """,
                mount.mountPoint(),
                ".",
                "near",
                "near/sub",
                "links",
                "links/a",
                "queries/saved/hits",
                "collections/default",
                "collections/default/vectors")
            .output();
    for (String line : refusals.lines().toList()) {
      // The kernel itself refuses to move or remove `.`, and vectors are made of real files only.
      boolean expected =
          line.endsWith(": EPERM")
              || line.equals(". rmdir: EINVAL")
              || line.equals(". rename from: EBUSY")
              || line.equals("collections/default/vectors create: ENOENT");
      assertTrue(expected, line);
    }
    assertEquals(Set.of("a", "b", "plain", "sub"), names(""));
    assertEquals(Set.of("a.npy", "b.npy", "sub"), names(".vexfs/vectors"));
  }

  @Test
  void namesOfNothing_doNotExist() throws IOException {
    for (String path :
        List.of(
            "nothing",
            ".vexfs",
            "near/nothing",
            "near/sub/nothing",
            "near/nothing/a",
            "links/nothing",
            "links/a/01-0.5000-b",
            "queries/nothing",
            "queries/nothing/query",
            "queries/saved/nothing",
            "vectors/nothing.npy",
            "vectors/plain.npy",
            "vectors/a",
            "vectors/.npy",
            "vectors/sub.npy",
            "collections/nothing",
            "collections/nothing/config",
            "collections/nothing/stats",
            "collections/nothing/vectors/a.npy",
            "collections/default/nothing")) {
      Refusal.ENOENT.of(() -> Files.readAllBytes(mount.path(".vexfs/" + path)));
      assertFalse(Files.exists(mount.path(".vexfs/" + path)), path);
    }
    for (String path : List.of("near/plain", "links/plain")) {
      assertTrue(Files.exists(mount.path(".vexfs/" + path)), "a look-up asks for no vector");
      Command.of("ls", mount.path(".vexfs/links/plain")).failure();
      Refusal.ENOENT.of(() -> Files.readAllBytes(mount.path(".vexfs/near/plain")));
      Map<String, Object> error = mount.errors().getLast();
      assertEquals("plain has no vector in collection default", error.get("cause"));
      assertEquals("plain", error.get("path"));
    }
  }

  @Test
  void filesOfTheStore_haveNoVectors_andAreNoHits() throws IOException {
    Path source = mount.source();
    Files.createDirectories(source.resolve("sub/.vexfs"));
    Files.writeString(source.resolve("sub/.vexfs/hidden"), "hidden");
    assertTrue(Files.exists(source.resolve(".vexfs/lock")));
    for (String hidden : List.of(".vexfs/lock", "sub/.vexfs/hidden")) {
      Refusal.ENOENT.of(
          () -> Files.writeString(mount.path(".vexfs/vectors/" + hidden + ".npy"), "[1,2]"));
      Refusal.ENOENT.of(() -> Files.readString(mount.path(".vexfs/near/" + hidden)));
      Refusal.EINVAL.of(() ->
          Files.writeString(
              mount.path(".vexfs/import"), "{\"path\":\"" + hidden + "\",\"vector\":[1,2]}\n"));
      Refusal.ENOENT.of(
          () -> Conversation.ask(mount.mountPoint(), "{\"like\":\"" + hidden + "\"}"));
    }
    assertFalse(Files.exists(mount.path(".vexfs/near/.vexfs")));
    assertFalse(Files.exists(mount.path(".vexfs/vectors/sub/.vexfs")));
    assertEquals(
        List.of("a", "b", "sub/c", "sub/deep/d"),
        Conversation.ask(mount.mountPoint(), "{\"vector\":[0,1],\"k\":100}").paths());
  }

  @Test
  void vectorFile_removed_detaches() throws IOException {
    Path file = mount.file("detached", "text");
    try {
      Attributes.attach(file, 9, 9);
      Path vectorFile = mount.path(".vexfs/vectors/detached.npy");
      Files.delete(vectorFile);
      Refusal.ENODATA.of(() -> Attributes.vector(file));
      Refusal.ENOENT.of(() -> Files.delete(vectorFile));
      Attributes.attach(file, 9, 9);
      Files.delete(mount.path(".vexfs/collections/default/vectors/detached.npy"));
      Refusal.ENODATA.of(() -> Attributes.vector(file));
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void find_withoutAnEmbedder_isRefusedWithItsCause() throws IOException {
    Refusal.EINVAL.of(() -> Files.readString(mount.path("sub/.vexfs/find/some words")));
    Map<String, Object> error =
        Json.lines(Files.readString(mount.path("sub/.vexfs/errors"))).getLast();
    assertTrue(Json.text(error, "cause").contains("has no embedder"), error::toString);
    Path query = Files.createDirectory(mount.path("sub/deep/.vexfs/queries/words"));
    Files.writeString(query.resolve("query"), "{\"text\":\"some words\"}");
    Refusal.EINVAL.of(() -> Files.readString(query.resolve("results.jsonl")));
    Files.delete(query);
  }

  @Test
  void errors_areOnesOwn_andRootsAreEverybodys() throws IOException {
    Path open = mount.directory("open");
    String seen =
        Command.python(
                """
                import json, os, sys
                directory = sys.argv[1] + "/open"
                os.chmod(directory, 0o777)
                def refuse(query):
                    try:
                        os.write(os.open(directory + "/.vexfs/search", os.O_RDWR), query)
                        print("taken")
                    except OSError as failure:
                        print(failure.strerror)
                refuse(b'{"of":"root"}')
                if os.fork() == 0:
                    os.setgroups([])
                    os.setgid(65534)
                    os.setuid(65534)
                    refuse(b'{"of":"nobody"}')
                    lines = [json.loads(line) for line in open(directory + "/.vexfs/errors")]
                    print(len(lines), "nobody sees", '"of"' in lines[0]["cause"], sorted(lines[0]))
                    sys.stdout.flush()
                    os._exit(0)
                os.wait()
                print(len(open(directory + "/.vexfs/errors").readlines()), "root sees")
                """,
                mount.mountPoint())
            .output();
    Files.delete(open);
    assertEquals(
        Set.of(
            "Invalid argument",
            "1 nobody sees True ['cause', 'errno', 'operation', 'path', 'time']",
            "2 root sees"),
        Set.copyOf(seen.lines().toList()));
  }

  @Test
  void anotherUser_changesOnlyWhatSheMayWrite() throws IOException {
    mount.directory("shared");
    Attributes.attach(mount.file("shared/closed", "text"), 1, 1);
    Attributes.attach(mount.file("shared/open", "text"), 2, 2);
    String outcome =
        Command.python(
                ATTEMPTS
                    + """
                    os.chmod("shared/open", 0o666)
                    os.setgroups([])
                    os.setgid(65534)
                    os.setuid(65534)
                    os.chdir("shared/.vexfs")
                    attempt("write hers", write, "vectors/open.npy", b"[5,5]")
                    attempt("write another's", write, "vectors/closed.npy", b"[5,5]")
                    attempt("remove another's", os.unlink, "vectors/closed.npy")
                    attempt("remove hers", os.unlink, "vectors/open.npy")
                    attempt("make hers", write, "vectors/open.npy", b"[6,6]", os.O_CREAT | os.O_WRONLY)
                    attempt("make a collection", os.mkdir, "collections/hers")
                    attempt("configure", write, "collections/default/config", b"{}")
                    attempt("compact", write, "compact", b"now")
                    attempt("save a query", os.mkdir, "queries/hers")
                    attempt("ask", write, "search", b"[5,5]", os.O_RDWR)
                    attempt("read", open, "vectors/closed.npy")
                    """,
                mount.mountPoint())
            .output();
    assertEquals(
        """
        write hers: done
        write another's: EACCES
        remove another's: EACCES
        remove hers: done
        make hers: done
        make a collection: EACCES
        configure: EACCES
        compact: EACCES
        save a query: EACCES
        ask: done
        read: done
        """,
        outcome);
    assertEquals(List.of(6f, 6f), Attributes.vector(mount.path("shared/open")));
    assertEquals(List.of(1f, 1f), Attributes.vector(mount.path("shared/closed")));
    Command.of("rm", "-r", mount.path("shared")).output();
  }

  @Test
  void whatIsTooLarge_isRefused_andNothingIsKept() throws IOException {
    String outcome =
        Command.python(
                ATTEMPTS
                    + """
                    os.chdir(".vexfs")
                    def write_at(path, offset):
                        file = os.open(path, os.O_WRONLY)
                        try:
                            os.pwrite(file, b"x", offset)
                        finally:
                            os.close(file)
                    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (70000, 1000), }"
                    npy = b"\\x93NUMPY\\x01\\x00" + len(header).to_bytes(2, "little") + header
                    attempt("vector file", write_at, "vectors/a.npy", 3 << 28)
                    attempt("array", write, "vectors/a.npy", npy, os.O_WRONLY | os.O_TRUNC)
                    attempt("batch", write, "search", npy, os.O_RDWR)
                    attempt("saved query", write_at, "queries/saved/query", 1 << 20)
                    attempt("config", write, "collections/default/config", b'{"' + b"x" * (64 << 10))
                    attempt("k", write, "search", b'{"vector":[1,2],"k":100001}', os.O_RDWR)
                    attempt("most", write, "search", b'{"vector":[1,2],"k":100000}', os.O_RDWR)
                    """,
                mount.mountPoint())
            .output();
    assertEquals(
        """
        vector file: E2BIG
        array: E2BIG
        batch: E2BIG
        saved query: E2BIG
        config: E2BIG
        k: EINVAL
        most: done
        """,
        outcome);
    assertEquals(List.of(0f, 1f), Attributes.vector(mount.path("a")));
    assertEquals("[1,2]", Files.readString(mount.path(".vexfs/queries/saved/query")));
  }

  private static Set<String> names(String directory) throws IOException {
    return names(mount.path(directory));
  }

  private static Set<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return Set.copyOf(entries.map(entry -> entry.getFileName().toString()).toList());
    }
  }
}
