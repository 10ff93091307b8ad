package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `vexfs snapshot`, `export` and `import`: a store goes elsewhere and is the same there.
@Timeout(300)
final class CarriedStoreIT {
  private static final int FILES = 40;

  @Test
  void snapshot_underLoad_hasEverythingAcknowledgedBefore_andOpensCleanly() throws Exception {
    try (var mount = NativeMount.start();
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < FILES; i++) {
        Attributes.attach(mount.file("file" + i, "text"), i, 1);
      }
      AtomicBoolean ended = new AtomicBoolean();
      AtomicInteger later = new AtomicInteger();
      Future<?> load =
          threads.submit(() -> {
            while (!ended.get()) {
              int number = later.incrementAndGet();
              Attributes.attach(mount.file("later" + number, "text"), number, 2);
            }
            return null;
          });
      Path copy = mount.beside("copies").resolve("copy");
      try {
        Files.createDirectory(mount.path(".vexfs/queries/saved"));
        vexfs("snapshot", mount.mountPoint(), copy).output();
        String refusal = vexfs("snapshot", mount.mountPoint(), copy).failure();
        assertTrue(refusal.contains("not empty"), refusal);
      } finally {
        ended.set(true);
        Object _ = load.get();
      }
      mount.unmount();

      Command.Result checked = vexfs("fsck", mount.source(), "--store", copy).run();
      assertEquals(0, checked.exitCode(), checked.output());
      vexfs("mount", mount.source(), mount.mountPoint(), "--store", copy).output();
      for (int i = 0; i < FILES; i++) {
        assertEquals(List.of((float) i, 1f), Attributes.vector(mount.path("file" + i)));
      }
      assertTrue(Files.exists(mount.path(".vexfs/queries/saved/query")));
      Attributes.attach(mount.path("file0"), 99, 1);
      mount.unmount();
      mount.mount();
      assertEquals(List.of(0f, 1f), Attributes.vector(mount.path("file0")), "the copy is a copy");
    }
  }

  @Test
  void exportedVectors_areReadByOtherPrograms_andImportedElsewhere() throws Exception {
    try (var from = NativeMount.start();
        var to = NativeMount.start()) {
      fill(from);
      Path archive = from.beside("out").resolve("vectors.tar");
      vexfs("export", from.mountPoint(), archive).output();
      assertEquals("3 [1.0, 2.0] (2, 3) cosine\n", asReadByPython(archive));

      for (String name : List.of("plain", "dir/with \"quotes\" and ü", "both")) {
        Files.createDirectories(to.path(name).getParent());
        to.file(name, "elsewhere");
      }
      vexfs("import", to.mountPoint(), archive).output();
      assertEquals(List.of(1f, 2f), Attributes.vector(to.path("plain")));
      assertEquals(List.of(3f, 4f), Attributes.vector(to.path("both")));
      assertEquals(
          "cosine",
          Json.object(Files.readString(to.path(".vexfs/collections/other/config"))).get("metric"));
      Path passages = Path.of(".vexfs/collections/other/vectors/dir/with \"quotes\" and ü.npy");
      assertEquals(
          -1,
          Files.mismatch(from.mountPoint().resolve(passages), to.mountPoint().resolve(passages)));

      Files.delete(to.path("plain"));
      Command.Result partly = vexfs("import", to.mountPoint(), archive).run();
      assertEquals(1, partly.exitCode());
      assertTrue(partly.output().contains("no file [plain]"), partly.output());
    }
  }

  private static void fill(NativeMount mount) throws IOException {
    Files.createDirectory(mount.path(".vexfs/collections/other"));
    Files.writeString(mount.path(".vexfs/collections/other/config"), "{\"metric\":\"cosine\"}\n");
    Attributes.attach(mount.file("plain", "text"), 1, 2);
    Attributes.attach(mount.file("both", "text"), 3, 4);
    mount.directory("dir");
    Path passages = mount.file("dir/with \"quotes\" and ü", "text");
    Attributes.set(passages, Attributes.VECTOR + ".other", "[[1,2,3],[4,5,6]]");
  }

  /// The number of entries, one of them, the shape of another, and a metric.
  private static String asReadByPython(Path archive) {
    return Command.python(
            """
            import io, json, sys, tarfile
            import numpy
            with tarfile.open(sys.argv[1]) as tar:
                lines = [json.loads(line) for line in tar.extractfile("manifest.jsonl")]
                vectors = {}
                for entry in lines[1:]:
                    content = tar.extractfile(entry["member"]).read()
                    vectors[entry["paths"][0]] = numpy.load(io.BytesIO(content))
            metrics = {each["name"]: each["metric"] for each in lines[0]["collections"]}
            shape = vectors['dir/with "quotes" and ü'].shape
            print(len(vectors), vectors["plain"].tolist(), shape, metrics["other"])
            """,
            archive)
        .output();
  }

  private static Command vexfs(Object... arguments) {
    List<Object> words = new ArrayList<>(List.of(NativeMount.launcher()));
    words.addAll(List.of(arguments));
    return Command.of(words.toArray());
  }
}
