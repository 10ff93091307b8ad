package org.vexfs.daemon.fuzz;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Fuzzes every target with inputs that Jazzer makes by the branches that the ones before took. All
/// run side by side, each in a process of its own, for `-Dvexfs.fuzz.seconds` by the clock, 120 by
/// default; `-Dvexfs.fuzz.targets=LABEL,…` picks some, and `-Dvexfs.fuzz.corpus=DIRECTORY` keeps
/// the inputs for the next time.
///
/// A finding is printed as one line of Base64, which goes into `findings-TARGET.txt`.
@Timeout(value = 3, unit = TimeUnit.HOURS)
final class FuzzIT {
  private static final long SECONDS = Long.getLong("vexfs.fuzz.seconds", 120);
  private static final Duration GRACE = Duration.ofMinutes(3);
  private static final int MEMORY_MB = 512;
  private static final int RESIDENT_LIMIT_MB = 3072;
  private static final int MAX_INPUT_BYTES = 4096;
  private static final int INPUT_LIMIT_SECONDS = 30;
  private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");
  private static final Pattern PROCESSOR_TIME = Pattern.compile("Processor time: (\\S+)");
  private static final int TAIL_CHARS = 6_000;

  @TempDir private Path directory;

  private static List<FuzzTargets> targets() {
    String labels = System.getProperty("vexfs.fuzz.targets", "");
    return labels.isEmpty()
        ? List.of(FuzzTargets.values())
        : Stream.of(labels.split(",", -1)).map(FuzzTargets::of).toList();
  }

  @Test
  void targets_fuzzed_haveNoFindings() throws Exception {
    Map<FuzzTargets, Process> running = new EnumMap<>(FuzzTargets.class);
    List<String> findings = new ArrayList<>();
    try {
      for (FuzzTargets target : targets()) {
        running.put(target, start(target));
      }
      long end = System.nanoTime() + Duration.ofSeconds(SECONDS).plus(GRACE).toNanos();
      for (Map.Entry<FuzzTargets, Process> each : running.entrySet()) {
        boolean ended = each.getValue().waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        String output = Files.readString(output(each.getKey()));
        Matcher done = DONE.matcher(output);
        Matcher time = PROCESSOR_TIME.matcher(output);
        if (ended && each.getValue().exitValue() == 0 && done.find() && time.find()) {
          System.out.printf(
              "%s: %s inputs in %s seconds, %s of processor time%n",
              each.getKey().label(), done.group(1), done.group(2), time.group(1));
        } else {
          findings.add(each.getKey().label() + ": " + tail(output) + inputs(each.getKey()));
        }
      }
    } finally {
      running.values().forEach(Process::destroyForcibly);
      for (Process process : running.values()) {
        process.waitFor();
      }
    }
    assertTrue(findings.isEmpty(), () -> String.join("\n\n", findings));
  }

  /// What was given to it last, where that was a finding.
  private String inputs(FuzzTargets target) throws IOException {
    StringBuilder inputs = new StringBuilder();
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(directory.resolve(target.label()), "{crash,timeout,oom}-*")) {
      for (Path file : found) {
        String bytes = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
        inputs.append("\n%s: %s".formatted(file.getFileName(), bytes));
      }
    }
    return inputs.toString();
  }

  /// The end of the output without what was instrumented.
  private static String tail(String all) {
    String output = all.lines().filter(line -> !line.startsWith("INFO:")).collect(joining("\n"));
    return output.substring(Math.max(0, output.length() - TAIL_CHARS));
  }

  private Path output(FuzzTargets target) {
    return directory.resolve(target.label() + ".out");
  }

  private Process start(FuzzTargets target) throws Exception {
    Path work = Files.createDirectories(directory.resolve(target.label()));
    String kept = System.getProperty("vexfs.fuzz.corpus");
    Path corpus =
        Files.createDirectories(
            kept == null ? work.resolve("corpus") : Path.of(kept).resolve(target.label()));
    try (FuzzTarget opened = target.open()) {
      int number = 0;
      for (byte[] seed : opened.seeds()) {
        Files.write(corpus.resolve("seed-" + number++), seed);
      }
    }
    // Other tests run beside it, and some of them ask for an answer in time.
    List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(
        List.of(
            "-Xmx" + MEMORY_MB + "m", "-XX:-OmitStackTraceInFastThrow", "-Dtinylog.level=warn"));
    command.add("-Djava.io.tmpdir=" + work);
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.add("-Dvexfs.fuzz.target=" + target.label());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + JazzerEntry.class.getName());
    command.add("--instrumentation_includes=org.vexfs.daemon.**");
    command.add("--custom_hook_includes=org.vexfs.daemon.**");
    command.add("--reproducer_path=" + work);
    command.add("-artifact_prefix=" + work + "/");
    command.add("-max_total_time=" + SECONDS);
    command.add("-max_len=" + MAX_INPUT_BYTES);
    command.add("-timeout=" + INPUT_LIMIT_SECONDS);
    command.add("-rss_limit_mb=" + RESIDENT_LIMIT_MB);
    command.add("-print_final_stats=1");
    command.add(corpus.toString());
    return new ProcessBuilder(command)
        .directory(work.toFile())
        .redirectErrorStream(true)
        .redirectOutput(output(target).toFile())
        .start();
  }
}
