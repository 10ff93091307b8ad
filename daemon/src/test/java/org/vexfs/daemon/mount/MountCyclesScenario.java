package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One directory, mounted and unmounted a thousand times, with a vector more each time: all are
/// there at every start, and nothing is left at the end.
final class MountCyclesScenario {
  private static final Duration FSCK_PATIENCE = Duration.ofMinutes(2);

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void mountCycles() throws Exception {
    ScenarioReport report = new ScenarioReport("mount-cycles");
    int cycles = ScenarioReport.choose(8, 1_000);
    long[] mounting = new long[cycles];
    long[] unmounting = new long[cycles];
    try (NativeMount mount = NativeMount.prepare("-o", ScenarioReport.MEASURED)) {
      for (int i = 0; i < cycles; i++) {
        long start = System.nanoTime();
        mount.mount();
        mounting[i] = System.nanoTime() - start;
        Attributes.attach(mount.file("f" + i, "text " + i), i, 1);
        assertEquals(files(i + 1), found(mount, i + 1), "cycle " + i);
        report.note(mount);
        start = System.nanoTime();
        mount.unmount();
        unmounting[i] = System.nanoTime() - start;
        assertFalse(mount.isMounted());
        assertEquals(List.of(), mount.daemons());
      }
      Command.of(NativeMount.launcher(), "fsck", mount.source()).within(FSCK_PATIENCE).output();
    }
    report.sayTimes("mounting", mounting);
    report.sayTimes("unmounting", unmounting);
    report.verdict();
  }

  private static List<String> files(int count) {
    List<String> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add("f" + i);
    }
    return files;
  }

  /// What a search for everything finds, nearest first.
  private static List<String> found(NativeMount mount, int count) throws Exception {
    String query = "{\"vector\":[0,1],\"exact\":true,\"k\":" + (count + 1) + "}";
    return Conversation.ask(mount.mountPoint(), query).paths();
  }
}
