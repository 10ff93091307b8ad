package org.vexfs.daemon.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.vexfs.bindings.NativeCalls;

/// What of this process lies in memory.
public final class ResidentPages {
  /// `MADV_PAGEOUT`, from Linux 5.4 on: unchanged pages of files are dropped, the others stay where
  /// there is no swap.
  private static final int MADV_PAGEOUT = 21;

  private static final Path MAPPINGS = Path.of("/proc/self/maps");
  private static final int HEXADECIMAL = 16;

  private ResidentPages() {}

  /// Has the system take the pages of program files (the JVM's and libraries' code, the AOT cache)
  /// out of memory as far as they are not changed. They come back when they are touched.
  public static void releaseProgramFiles() {
    MemorySegment madvise = NativeCalls.function("madvise");
    try (Arena arena = Arena.ofConfined();
        Stream<String> mappings = Files.lines(MAPPINGS, ISO_8859_1)) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      mappings
          .filter(ResidentPages::isOfProgramFile)
          .forEach(mapping -> {
            int dash = mapping.indexOf('-');
            long start = Long.parseUnsignedLong(mapping, 0, dash, HEXADECIMAL);
            long end = Long.parseUnsignedLong(mapping, dash + 1, mapping.indexOf(' '), HEXADECIMAL);
            long _ = NativeCalls.call(madvise, state, start, end - start, MADV_PAGEOUT, 0, 0, 0);
          });
    } catch (IOException unknown) {
      // Then everything stays as it is.
    }
  }

  /// Private mappings of files are those of programs: the store's are shared.
  private static boolean isOfProgramFile(String mapping) {
    int access = mapping.indexOf(' ') + 1;
    return mapping.charAt(access + 3) == 'p' && mapping.indexOf('/') > 0;
  }
}
