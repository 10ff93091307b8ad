package org.vexfs.daemon.mount;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// From one thread to 32 that work on files, attach vectors and search: no wrong byte, no error,
/// and nothing held afterwards.
final class MixedThreadsScenario {
  private static final List<Integer> THREADS =
      ScenarioReport.isFull() ? List.of(1, 2, 4, 8, 16, 32) : List.of(1, 8, 32);

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void mixedThreads() throws Exception {
    ScenarioReport report = new ScenarioReport("mixed-threads");
    Duration duration = Duration.ofSeconds(ScenarioReport.choose(2, 60));
    for (int threads : THREADS) {
      try (NativeMount mount = NativeMount.start("-o", ScenarioReport.MEASURED)) {
        MixedLoad load = new MixedLoad(mount, threads);
        long steps = load.run(duration);
        load.checkShared();
        load.assertNothingHeld();
        report.say(
            "%d threads: %.0f steps a second, at most %d MiB resident",
            threads, steps / (double) duration.toSeconds(), ScenarioReport.peakMebibytes(mount));
        report.note(mount);
      }
    }
    report.verdict();
  }
}
