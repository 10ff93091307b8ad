package org.vexfs.daemon.mount;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many threads that work on files, attach vectors and search, all at once: no wrong byte, no
/// error, and nothing held afterwards.
///
/// `-Dvexfs.mixed.seconds=N` says for how long, 10 by default.
final class MixedLoadIT {
  private static final int THREADS = 32;

  @Test
  @Timeout(900)
  void threads_workSideBySide_andNothingStaysHeld() throws Exception {
    try (var mount = NativeMount.start()) {
      MixedLoad load = new MixedLoad(mount, THREADS);
      long _ = load.run(Duration.ofSeconds(Long.getLong("vexfs.mixed.seconds", 10)));
      load.checkShared();
      load.assertNothingHeld();
    }
  }
}
