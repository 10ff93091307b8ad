package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A mount that is taken away while programs use it.
@Timeout(120)
final class UnmountUnderLoadIT {
  private static final int PROGRAMS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  /// Writes files, gives them vectors and searches, until the mount is gone; says what it did last.
  private static final String LOAD =
      """
      import os, struct, sys
      mount, lane = sys.argv[1], sys.argv[2]
      acknowledged, device = -1, os.stat(mount).st_dev
      try:
          for i in range(1 << 30):
              path = f"{mount}/{lane}-{i}"
              with open(path, "w") as file:
                  if os.fstat(file.fileno()).st_dev != device:
                      break  # the directory below the mount, which is gone
                  file.write("text " * 1000)
                  os.setxattr(file.fileno(), "user.vexfs.vector", struct.pack("<2f", i, 1))
              acknowledged = i
              open(f"{sys.argv[3]}/{lane}", "w").close()
              with open(f"{mount}/.vexfs/search", "r+b", buffering=0) as search:
                  search.write(b'{"vector":[1,1],"k":5}')
                  search.read(4096)
      except OSError:
          pass
      print(acknowledged)
      """;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "umount"})
  void unmount_underLoad_endsCleanWithinFiveSeconds(String how) throws Exception {
    try (NativeMount mount = NativeMount.start()) {
      Path started = mount.beside("started");
      List<Process> programs = new ArrayList<>();
      try {
        for (int lane = 0; lane < PROGRAMS; lane++) {
          programs.add(load(mount, lane, started));
        }
        Deadline.await(PATIENCE, () -> areAllIn(started), () -> "not all programs have begun");

        long start = System.nanoTime();
        if (how.equals("umount")) {
          Command.of(NativeMount.launcher(), "umount", "--lazy", mount.mountPoint()).output();
        } else {
          mount.signal(how);
        }
        Deadline.await(END_LIMIT, () -> mount.daemons().isEmpty(), () -> "the daemon goes on");
        System.out.printf("%s: ended after %d ms%n", how, (System.nanoTime() - start) / 1_000_000);
        String log = Files.readString(mount.source().resolve(".vexfs/vexfs.log"));
        assertTrue(log.contains("was unmounted"), log);
        assertTrue(!log.contains("ERROR"), log);

        int[] acknowledged = new int[PROGRAMS];
        for (int lane = 0; lane < PROGRAMS; lane++) {
          Process program = programs.get(lane);
          String said =
              new String(program.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                  .strip();
          acknowledged[lane] = Integer.parseInt(said);
        }
        Command.of(NativeMount.launcher(), "fsck", mount.source()).output();
        mount.mount();
        for (int lane = 0; lane < PROGRAMS; lane++) {
          for (int i = 0; i <= acknowledged[lane]; i++) {
            assertEquals(
                List.of((float) i, 1f), Attributes.vector(mount.path(lane + "-" + i)), how);
          }
        }
      } finally {
        programs.forEach(Process::destroyForcibly);
      }
    }
  }

  private static boolean areAllIn(Path started) throws IOException {
    try (var files = Files.list(started)) {
      return files.count() == PROGRAMS;
    }
  }

  private static Process load(NativeMount mount, int lane, Path started) throws IOException {
    return new ProcessBuilder(
            "/usr/bin/python3",
            "-c",
            LOAD,
            mount.mountPoint().toString(),
            String.valueOf(lane),
            started.toString())
        .redirectErrorStream(true)
        .start();
  }
}
