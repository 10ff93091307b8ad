package org.vexfs.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileInfoBitsTest {
  @ParameterizedTest
  @CsvSource({
    "3.10.5, EARLY_FLUSH",
    "3.13.1, EARLY_FLUSH",
    "3.14.0, EARLY_FLUSH",
    "3.14.0-rc1, EARLY_FLUSH",
    "3.14, EARLY_FLUSH",
    "3.14.1, LATE_FLUSH",
    "3.14.1-rc0, LATE_FLUSH",
    "3.15.0, LATE_FLUSH",
    "3.16.0, LATE_FLUSH",
    "3.16.2, LATE_FLUSH",
    "3.17.0, EARLY_FLUSH",
    "3.17.1, EARLY_FLUSH",
    "3.17.1-rc0, EARLY_FLUSH",
    "3.18.0, EARLY_FLUSH",
    "unknown, EARLY_FLUSH"
  })
  void of_releasedVersion_isTheLayoutOfItsHeader(String packageVersion, FileInfoBits layout) {
    assertEquals(layout, FileInfoBits.of(packageVersion));
  }

  @ParameterizedTest
  @CsvSource({"EARLY_FLUSH, 16, 64", "LATE_FLUSH, 32, 128"})
  void setters_zeroedStruct_setOneBitEach(FileInfoBits layout, int nonseekable, int cacheReaddir) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(FileInfoBits.ALLOCATED_BYTES, 8);
      layout.setDirectIo(info);
      assertEquals(2, word(info));
      layout.setKeepCache(info);
      assertEquals(2 | 4, word(info));
      layout.setNonseekable(info);
      assertEquals(2 | 4 | nonseekable, word(info));
      layout.setCacheReaddir(info);
      assertEquals(2 | 4 | nonseekable | cacheReaddir, word(info));
    }
  }

  @Test
  void setters_otherMembersSet_leaveThemAlone() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(FileInfoBits.ALLOCATED_BYTES, 8).fill((byte) 0xff);
      info.set(ValueLayout.JAVA_INT, 4, 0);
      FileInfoBits.EARLY_FLUSH.setDirectIo(info);
      assertEquals(-1, info.get(ValueLayout.JAVA_INT, 0));
      assertEquals(2, word(info));
      assertEquals(-1, info.get(ValueLayout.JAVA_LONG, 8));
    }
  }

  private static int word(MemorySegment info) {
    return info.get(ValueLayout.JAVA_INT, 4);
  }
}
