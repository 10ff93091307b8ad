package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Memory of this process.
///
/// @param residentBytes what is in memory of it, mapped files included; 0 where the system does not
///   tell
/// @param heapBytes what Java objects take
record ProcessMemory(long residentBytes, long heapBytes) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  static ProcessMemory now() {
    Runtime runtime = Runtime.getRuntime();
    return new ProcessMemory(resident(), runtime.totalMemory() - runtime.freeMemory());
  }

  private static long resident() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(RESIDENT))
          .map(line -> line.replaceAll("\\D", ""))
          .mapToLong(kibibytes -> Long.parseLong(kibibytes) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
