package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every operation on receivers with little stack: as little as the JVM gives a thread at all, and
/// some more. What it does not give, it says.
final class SmallStackScenario {
  private static final int[] REFUSED_KIB = {64, 128};
  private static final int[] GIVEN_KIB = {136, 192, 256};
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void smallStacks() throws Exception {
    ScenarioReport report = new ScenarioReport("small-stacks");
    for (int kibibytes : REFUSED_KIB) {
      report.say("%d KiB: %s", kibibytes, refusal(kibibytes));
    }
    int rounds = ScenarioReport.choose(10, 2_000);
    for (int kibibytes : GIVEN_KIB) {
      try (NativeMount mount = startWith(kibibytes)) {
        Command.python(EveryOperation.program(), mount.mountPoint(), rounds)
            .within(PATIENCE)
            .output();
        report.note(mount);
      }
      try (NativeMount mount = startWith(kibibytes)) {
        MixedLoad load = new MixedLoad(mount, 8);
        long steps = load.run(Duration.ofSeconds(ScenarioReport.choose(1, 30)));
        load.checkShared();
        report.say("%d KiB: every operation %d times, mixed load %d", kibibytes, rounds, steps);
        report.note(mount);
      }
    }
    report.verdict();
  }

  private static NativeMount startWith(int kibibytes) throws IOException {
    NativeMount mount = NativeMount.prepare("-o", ScenarioReport.MEASURED);
    mount.startWith("-XX:ThreadStackSize=" + kibibytes);
    try {
      mount.mount();
      return mount;
    } catch (AssertionError e) {
      mount.close();
      throw e;
    }
  }

  /// What the JVM says to so small a stack.
  private static String refusal(int kibibytes) throws IOException {
    Command.Result refused =
        Command.of(NativeMount.launcher(), "--version")
            .with("VEXFS_JAVA_OPTIONS", "-XX:ThreadStackSize=" + kibibytes)
            .run();
    assertEquals(1, refused.exitCode(), refused.output());
    String reason =
        refused.output().lines().filter(line -> line.contains("too small")).findFirst().orElse("");
    assertTrue(reason.contains("136k"), refused.output());
    return reason;
  }
}
