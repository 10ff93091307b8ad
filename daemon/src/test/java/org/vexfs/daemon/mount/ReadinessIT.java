package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A mount whose store takes its time to come up. It cannot read its checkpoint until the test lets
/// it.
@Timeout(120)
final class ReadinessIT {
  @Test
  void storeThatIsNotUpYet_isEAGAIN_andFilesGoOn() throws Exception {
    try (var mount = NativeMount.prepare("--ready-timeout=0.05")) {
      fill(mount);
      try (HeldFile checkpoint = new HeldFile(checkpoint(mount))) {
        mount.mount();
        checkpoint.awaitOpening();

        assertEquals("starting", mount.status().get("state"));
        assertEquals(
            "in progress", Json.objects(mount.status(), "components").getFirst().get("state"));
        assertFilesGoOn(mount);
        assertVectorsAreRefused(mount);
        Map<String, Object> error = mount.errors().getLast();
        assertEquals("EBUSY", error.get("errno"));
        assertFalse(Json.text(error, "cause").isBlank());

        checkpoint.release();
        mount.awaitReady();
        assertVectorsAreThere(mount);
      }
    }
  }

  @Test
  void vectorOperation_waitsForTheStore() throws Exception {
    try (var mount = NativeMount.prepare("--ready-timeout=60")) {
      fill(mount);
      try (HeldFile checkpoint = new HeldFile(checkpoint(mount))) {
        mount.mount();
        checkpoint.awaitOpening();

        FutureTask<List<Float>> vector =
            new FutureTask<>(() -> Attributes.vector(mount.path("file")));
        Thread _ = Thread.ofPlatform().start(vector);
        assertFilesGoOn(mount);
        assertFalse(vector.isDone());

        checkpoint.release();
        assertEquals(List.of(1f, 2f), vector.get());
        assertVectorsAreThere(mount);
      }
    }
  }

  private static void fill(NativeMount mount) throws IOException {
    mount.mount();
    Attributes.attach(mount.file("file", "text"), 1, 2);
    Attributes.attach(mount.file("other", "text"), 3, 4);
    Files.createDirectory(mount.path(".vexfs/queries/saved"));
    Files.writeString(mount.path(".vexfs/queries/saved/query"), "[1,2]");
    mount.unmount();
  }

  private static Path checkpoint(NativeMount mount) throws IOException {
    try (Stream<Path> files = Files.list(mount.source().resolve(".vexfs"))) {
      return files.filter(file -> file.toString().endsWith(".vexcheck")).findFirst().orElseThrow();
    }
  }

  private static void assertFilesGoOn(NativeMount mount) throws IOException {
    assertEquals("text", Files.readString(mount.path("file")));
    Files.writeString(mount.path("file"), "longer text");
    assertEquals(11, Files.size(mount.path("file")));
    Files.writeString(mount.path("file"), "text");
    Attributes.set(mount.path("file"), "note", "kept");
    assertEquals(List.of("file", "other"), names(mount.mountPoint()));
    assertTrue(Files.readString(mount.path(".vexfs/help")).contains("search"));
    assertTrue(Json.number(stats(mount), "requests") > 0);
    assertTrue(Files.readString(mount.path(".vexfs/metrics")).contains("vexfs_requests_total"));
    assertEquals(List.of("saved"), names(mount.path(".vexfs/queries")));
    assertEquals("[1,2]", Files.readString(mount.path(".vexfs/queries/saved/query")));
  }

  /// By Python, since Java's channels try again for ever where a file says EAGAIN.
  private static void assertVectorsAreRefused(NativeMount mount) throws IOException {
    Path carried = Files.writeString(mount.beside("outside").resolve("carried"), "text");
    Attributes.attach(carried, 5, 6);
    String outcome =
        Command.python(
                """
                import errno, os, sys
                os.chdir(sys.argv[1])
                def attempt(label, call, *arguments):
                    try:
                        call(*arguments)
                        print(label, "done")
                    except OSError as failure:
                        print(label, errno.errorcode[failure.errno])
                def write(path, data):
                    file = os.open(".vexfs/" + path, os.O_RDWR)
                    try:
                        os.write(file, data)
                    finally:
                        os.close(file)
                attempt("getxattr", os.getxattr, "file", "user.vexfs.vector")
                attempt("setxattr", os.setxattr, "file", "user.vexfs.vector", b"[5,6]")
                attempt("removexattr", os.removexattr, "file", "user.vexfs.vector")
                attempt("listxattr", os.listxattr, "file")
                attempt("search", write, "search", b"[1,2]")
                attempt("import", write, "import", b'{"path":"file","vector":[5,6]}\\n')
                attempt("compact", write, "compact", b"now")
                attempt("config", write, "collections/default/config", b'{"metric":"dot"}')
                attempt("vector file", write, "vectors/file.npy", b"[5,6]")
                for path in ("near/file", "find/words", "vectors/file.npy", "queries/saved/results.jsonl",
                             "collections/default/config", "collections/default/stats",
                             "collections/other/config"):
                    attempt(path, open, ".vexfs/" + path)
                for path in ("collections", "vectors", "near", "queries/saved/hits", "links/file"):
                    attempt(path, os.listdir, ".vexfs/" + path)
                """,
                mount.mountPoint())
            .output();
    for (String line : outcome.lines().toList()) {
      assertTrue(line.endsWith(line.startsWith("setxattr") ? " EBUSY" : " EAGAIN"), line);
    }
    String copied = Command.of("cp", "--preserve=xattr", carried, mount.path("file")).failure();
    assertTrue(copied.contains("busy"), copied);
  }

  private static void assertVectorsAreThere(NativeMount mount) throws IOException {
    assertEquals(List.of(1f, 2f), Attributes.vector(mount.path("file")));
    assertEquals(List.of("file", "other"), Conversation.ask(mount.mountPoint(), "[1,2]").paths());
  }

  private static Map<String, Object> stats(NativeMount mount) throws IOException {
    return Json.object(Files.readString(mount.path(".vexfs/stats")));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
