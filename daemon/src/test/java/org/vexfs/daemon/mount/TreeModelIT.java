package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Random operations on a mount and on a plain directory side by side: each must come to the same,
/// and so must both trees, byte by byte, with their attributes and vectors; also once the daemon
/// was killed. `tree_model.py` says which operations.
///
/// `-Dvexfs.model.seconds=N` says for how long, 30 by default; `-Dvexfs.model.seed=N` repeats a
/// run.
final class TreeModelIT {
  private static final String PROGRAM = "/org/vexfs/daemon/model/tree_model.py";
  private static final Duration COMPARISON = Duration.ofMinutes(2);

  @Test
  @Timeout(24 * 3600)
  void mount_doesWhatAPlainDirectoryDoes() throws Exception {
    long seconds = Long.getLong("vexfs.model.seconds", 30);
    long seed = Long.getLong("vexfs.model.seed", ThreadLocalRandom.current().nextInt(1 << 30));
    System.out.println("TreeModelIT: seed " + seed);
    try (var mount = NativeMount.start("-o", "allow_other")) {
      Path mounted = mount.directory("tree");
      Path plain = mount.beside("plain/tree");

      String outcome =
          Command.of("/usr/bin/python3", program(), "run", mounted, plain, seed, seconds)
              .within(COMPARISON.plusSeconds(seconds))
              .output();
      assertTrue(outcome.contains(" steps, "), outcome);
      System.out.println("TreeModelIT: " + outcome.strip());

      Object[] comparison = {"/usr/bin/python3", program(), "check", mounted, plain};
      mount.killAndMount();
      Command.of(comparison).within(COMPARISON).output();
      mount.unmount();
      mount.mount();
      Command.of(comparison).within(COMPARISON).output();
    }
  }

  private static Path program() throws Exception {
    return Path.of(Objects.requireNonNull(TreeModelIT.class.getResource(PROGRAM), PROGRAM).toURI());
  }
}
