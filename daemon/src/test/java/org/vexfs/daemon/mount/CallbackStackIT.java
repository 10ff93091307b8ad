package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How much native stack the callbacks of a real mount use, every one of them measured, and that no
/// vector work runs in them.
@Timeout(300)
final class CallbackStackIT {
  private static final long AIM_BYTES = 6 << 10;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final Pattern REPORT =
      Pattern.compile("ERROR .*The callback of (\\w+) uses \\d+ bytes of stack");

  /// What a program can bring the kernel to ask for.
  private static final Set<String> OPERATIONS =
      Set.of(
          "lookup",
          "stat",
          "setattr",
          "readlink",
          "mknod",
          "mkdir",
          "symlink",
          "link",
          "unlink",
          "rmdir",
          "rename",
          "open",
          "create",
          "read",
          "write",
          "lseek",
          "fallocate",
          "copy_file_range",
          "getlk",
          "setlk",
          "flock",
          "close",
          "release",
          "fsync",
          "opendir",
          "readdirplus",
          "releasedir",
          "fsyncdir",
          "statfs",
          "getxattr",
          "listxattr",
          "setxattr",
          "removexattr",
          "ioctl",
          "init");

  private static Map<String, Object> stats(NativeMount mount) throws IOException {
    return Json.object(Files.readString(mount.path(".vexfs/stats")));
  }

  /// Interpreted all the way, as it starts, compiled by one compiler at the first call, and as it
  /// is after a while of use.
  @ParameterizedTest
  @CsvSource({"-Xint, 20", "-Xcomp -XX:TieredStopAtLevel=1, 20", "-Dnone, 400"})
  void everyOperation_staysBelowTheAim(String javaOptions, int rounds) throws IOException {
    try (NativeMount mount = NativeMount.prepare("-o", "stack_sample=1")) {
      mount.startWith(javaOptions);
      mount.mount();
      Command.python(EveryOperation.program(), mount.mountPoint(), rounds)
          .within(PATIENCE)
          .output();

      Map<String, Object> stats = stats(mount);
      Set<String> measured = new TreeSet<>();
      System.out.printf("%s: operation, callbacks, median and most bytes of stack%n", javaOptions);
      for (Map<String, Object> operation : Json.objects(stats, "operations")) {
        Map<String, Object> depths = Json.within(operation, "stack_bytes");
        String name = Json.text(operation, "name");
        measured.add(name);
        System.out.printf(
            "%s %d %d %d%n",
            name,
            Json.number(depths, "count"),
            Json.number(depths, "p50"),
            Json.number(depths, "max"));
        assertTrue(Json.number(depths, "max") < AIM_BYTES, () -> operation + " of " + javaOptions);
      }
      Set<String> missing = new TreeSet<>(OPERATIONS);
      missing.removeAll(measured);
      assertEquals(Set.of(), missing, "never asked for");
      assertEquals(0, Json.number(stats, "stack_warnings"));
      assertTrue(Json.number(stats, "vector_work") > rounds, stats::toString);
      assertEquals(0, Json.number(stats, "vector_work_in_callback"));
    }
  }

  @Test
  void limits_thatAreTooLow_areReportedOnceAndCountedAlways() throws IOException {
    try (NativeMount mount =
        NativeMount.start("-o", "stack_sample=1,stack_warning=100,stack_critical=200")) {
      for (int i = 0; i < 20; i++) {
        Files.readString(mount.path(".vexfs/help"));
      }
      Map<String, Object> stats = stats(mount);
      long samples = Json.number(stats, "stack_samples");
      assertTrue(samples > 40, () -> "only " + samples);
      // A file's release, which nobody waits for, may be counted between the two.
      long warnings = Json.number(stats, "stack_warnings");
      assertTrue(samples <= warnings && warnings <= samples + 5, stats::toString);
      long criticals = Json.number(stats, "stack_criticals");
      assertTrue(samples <= criticals && criticals <= samples + 5, stats::toString);

      Map<String, Integer> reports = new HashMap<>();
      for (String line : Files.readAllLines(mount.source().resolve(".vexfs/vexfs.log"))) {
        Matcher report = REPORT.matcher(line);
        if (report.find()) {
          reports.merge(report.group(1), 1, Integer::sum);
        }
      }
      assertEquals(1, reports.get("open"), reports::toString);
      assertEquals(1, reports.get("read"), reports::toString);
      assertEquals(Set.of(1), Set.copyOf(reports.values()), reports::toString);
    }
  }

  @Test
  void sample_ofNone_measuresNothing() throws IOException {
    try (NativeMount mount = NativeMount.start("-o", "stack_sample=0")) {
      mount.file("a", "text");
      assertEquals(0, Json.number(stats(mount), "stack_samples"));
    }
  }
}
