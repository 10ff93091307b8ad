package org.vexfs.daemon.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vexfs.bindings.libc.Libc;

/// Memory from the system for what is large and read at random. It lies in pages of 2 MiB where the
/// system has them to give: with the usual 4 KiB, most reads would miss the processor's table of
/// addresses first. It is mapped anonymously, hence counts neither as heap nor as what the virtual
/// machine lets be allocated outside of it.
public final class AnonymousMemory {
  /// What memory comes in best: pieces of a multiple of this.
  public static final int LARGE_PAGE_BYTES = 2 << 20;

  private static final int NO_FILE = -1;

  private AnonymousMemory() {}

  /// Zeros. They cost no memory before they are touched, and are given back to the system when the
  /// garbage collector has found the segment unreachable.
  ///
  /// @throws OutOfMemoryError where the system has no more
  public static MemorySegment allocate(long bytes) {
    boolean large = bytes >= LARGE_PAGE_BYTES;
    long usableBytes = large ? Math.ceilDiv(bytes, LARGE_PAGE_BYTES) * LARGE_PAGE_BYTES : bytes;
    // Large pages begin at multiples of their size; a mapping begins anywhere.
    long mappedBytes = large ? usableBytes + LARGE_PAGE_BYTES : bytes;
    MemorySegment mapping =
        Libc.mmap(
            MemorySegment.NULL,
            mappedBytes,
            Libc.PROT_READ() | Libc.PROT_WRITE(),
            Libc.MAP_PRIVATE() | Libc.MAP_ANONYMOUS(),
            NO_FILE,
            0);
    long address = mapping.address();
    if (address == -1) {
      throw new OutOfMemoryError("mmap of " + mappedBytes + " bytes");
    }
    MemorySegment memory =
        mapping.reinterpret(mappedBytes, Arena.ofAuto(), _ -> unmap(address, mappedBytes));
    if (!large) {
      return memory;
    }
    long start = -address & (LARGE_PAGE_BYTES - 1);
    MemorySegment usable = memory.asSlice(start, usableBytes);
    // A wish, not a need: where it cannot be had the usual pages serve as well.
    int _ = Libc.madvise(usable, usableBytes, Libc.MADV_HUGEPAGE());
    return usable.asSlice(0, bytes);
  }

  private static void unmap(long address, long bytes) {
    int _ = Libc.munmap(MemorySegment.ofAddress(address), bytes);
  }
}
