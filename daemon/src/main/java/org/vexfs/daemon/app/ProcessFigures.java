package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vexfs.daemon.control.Figures;
import org.vexfs.daemon.io.ProcessCalls;

/// Figures of this process, as `proc(5)` and the JVM tell them; 0 where they do not.
final class ProcessFigures {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final double NANOS = 1e9;

  private ProcessFigures() {}

  static void addTo(Figures figures) {
    Map<String, Long> status = status();
    Runtime runtime = Runtime.getRuntime();
    figures.gauge("resident_bytes", "Memory of the daemon.", kibibytes(status, "VmRSS"));
    figures.gauge("resident_peak_bytes", "The most that it ever was.", kibibytes(status, "VmHWM"));
    figures.gauge(
        "heap_bytes",
        "Part of it that is Java's heap.",
        runtime.totalMemory() - runtime.freeMemory());
    figures.gauge("heap_limit_bytes", "The most that the heap may be.", runtime.maxMemory());
    figures.gauge("threads", "Threads of the system.", status.getOrDefault("Threads", 0L));
    figures.gauge("descriptors", "Open descriptors.", descriptors());
    figures.gauge(
        "descriptors_limit",
        "The most that may be open.",
        ProcessCalls.descriptorLimit().map(ProcessCalls.DescriptorLimit::current).orElse(0L));
    figures.counter(
        "processor_seconds",
        "Processor time of the daemon.",
        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / NANOS);
  }

  private static long kibibytes(Map<String, Long> status, String key) {
    return status.getOrDefault(key, 0L) << 10;
  }

  /// The first number of each line.
  private static Map<String, Long> status() {
    Map<String, Long> numbers = new HashMap<>();
    try {
      for (String line : Files.readAllLines(STATUS)) {
        List<String> words = List.of(line.split("[:\\s]+", -1));
        if (words.size() > 1 && words.get(1).matches("\\d{1,18}")) {
          numbers.put(words.getFirst(), Long.valueOf(words.get(1)));
        }
      }
    } catch (IOException e) {
      return Map.of();
    }
    return numbers;
  }

  /// Linux tells by the directory's size, since 6.2; before, they are counted.
  private static long descriptors() {
    try {
      long size = Files.size(DESCRIPTORS);
      if (size > 0) {
        return size;
      }
      try (Stream<Path> entries = Files.list(DESCRIPTORS)) {
        return entries.count();
      }
    } catch (IOException e) {
      return 0;
    }
  }
}
