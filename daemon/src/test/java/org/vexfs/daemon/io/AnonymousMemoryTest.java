package org.vexfs.daemon.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AnonymousMemoryTest {
  private static final long LARGE = AnonymousMemory.LARGE_PAGE_BYTES;

  @ParameterizedTest
  @ValueSource(longs = {1, 4_096, LARGE - 1, LARGE, LARGE + 1, 5 * LARGE + 100})
  void allocate_anySize_isZerosThatCanBeWritten(long bytes) {
    MemorySegment memory = AnonymousMemory.allocate(bytes);

    assertEquals(bytes, memory.byteSize());
    assertEquals(-1, memory.mismatch(MemorySegment.ofArray(new byte[(int) bytes])));
    memory.fill((byte) 1);
    assertEquals(1, memory.get(ValueLayout.JAVA_BYTE, bytes - 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {LARGE, LARGE + 1, 3 * LARGE})
  void allocate_large_beginsOnALargePage(long bytes) {
    assertEquals(0, AnonymousMemory.allocate(bytes).address() % LARGE);
  }

  @Test
  void allocate_moreThanThereIs_isRefused() {
    assertThrows(OutOfMemoryError.class, () -> AnonymousMemory.allocate(1L << 60));
  }
}
