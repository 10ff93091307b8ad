package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a scenario tells: figures as it goes, and in the end how deep the callbacks' stack was and
/// whether anything went wrong. Scenarios run short in every build, and in full with
/// `-Dvexfs.scenario.full=true`; `docker/scenario.sh` does that.
final class ScenarioReport {
  private static final boolean FULL = Boolean.getBoolean("vexfs.scenario.full");
  private static final long STACK_AIM_BYTES = 6 << 10;

  /// What a mount of a scenario needs, so that every callback is measured.
  static final String MEASURED = "stack_sample=1";

  private final String name;
  private long deepest;
  private String deepestOperation = "none";
  private long callbacks;

  ScenarioReport(String name) {
    this.name = name;
    System.out.printf("SCENARIO %s, %s%n", name, FULL ? "in full" : "the short form");
  }

  /// One of two values, by which form runs.
  static int choose(int inShort, int inFull) {
    return FULL ? inFull : inShort;
  }

  /// Whether this is the full form.
  static boolean isFull() {
    return FULL;
  }

  /// Prints a line.
  @FormatMethod
  void say(@FormatString String format, Object... arguments) {
    System.out.println("  " + String.format(Locale.ROOT, format, arguments));
  }

  /// Prints how long something took each time.
  void sayTimes(String what, long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    say(
        "%s: median %.2f ms, p99 %.2f, most %.2f (%d times)",
        what,
        sorted[last / 2] / 1e6,
        sorted[last * 99 / 100] / 1e6,
        sorted[last] / 1e6,
        sorted.length);
  }

  /// Takes note of a mount that is about to end: its callbacks' stacks, and that it has logged no
  /// error, holds no handle, and did no vector work in a callback.
  void note(NativeMount mount) throws IOException {
    noteStacks(mount);
    assertLoggedNone(mount, "ERROR .*");
  }

  /// Takes note of a mount's stacks alone, where errors are what the scenario brings about.
  void noteStacks(NativeMount mount) throws IOException {
    Map<String, Object> stats = Json.object(Files.readString(mount.path(".vexfs/stats")));
    for (Map<String, Object> operation : Json.objects(stats, "operations")) {
      if (operation.get("stack_bytes") instanceof Map<?, ?>) {
        Map<String, Object> depths = Json.within(operation, "stack_bytes");
        callbacks += Json.number(depths, "count");
        if (Json.number(depths, "max") > deepest) {
          deepest = Json.number(depths, "max");
          deepestOperation = Json.text(operation, "name");
        }
      }
    }
    assertEquals(0, Json.number(stats, "vector_work_in_callback"));
    assertTrue(Json.number(stats, "handles") <= 1, "handles are open");
  }

  /// Takes note that no request of a mount met what nobody has thought of, where errors are what
  /// the scenario brings about.
  void noteDefects(NativeMount mount) throws IOException {
    assertLoggedNone(mount, "ERROR (Dispatcher|Intake|Interruptions|Receivers?|Reply): .*");
  }

  private static void assertLoggedNone(NativeMount mount, String pattern) throws IOException {
    Path log = mount.source().resolve(".vexfs/vexfs.log");
    if (Files.exists(log)) {
      assertEquals(
          List.of(),
          Files.readAllLines(log).stream().filter(line -> line.matches(".* " + pattern)).toList());
    }
  }

  /// The most memory that a mount's daemon ever had resident, in MiB.
  static long peakMebibytes(NativeMount mount) throws IOException {
    try {
      for (String line :
          Files.readAllLines(Path.of("/proc/" + mount.daemons().getFirst() + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
        }
      }
    } catch (NoSuchFileException gone) {
      throw new AssertionError("the daemon is gone", gone);
    }
    throw new AssertionError("no VmHWM");
  }

  /// Says what came of it: a scenario that got here has failed nowhere.
  void verdict() {
    say(
        "callback stack: at most %d bytes, in %s, of %d callbacks",
        deepest, deepestOperation, callbacks);
    assertTrue(callbacks > 0, "no callback was measured");
    assertTrue(deepest < STACK_AIM_BYTES, deepestOperation + " uses " + deepest + " bytes");
    System.out.printf("SCENARIO %s: passed%n", name);
  }
}
