package org.vexfs.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// The bit fields of `struct fuse_file_info`, which jextract skips and libfuse moved twice.
///
/// They fill the 32-bit word at offset 4. `writepage`, `direct_io` and `keep_cache` never moved;
/// the rest lie one bit higher from libfuse 3.14.1 to 3.16.2, where `parallel_direct_writes` was
/// put before them. Source: `fuse_common.h` of the releases.
public enum FileInfoBits {
  /// libfuse up to 3.14.0, and from 3.17 on.
  EARLY_FLUSH(3),
  /// libfuse 3.14.1 to 3.16.2.
  LATE_FLUSH(4);

  /// Bytes to allocate for a `fuse_file_info` of any libfuse: 40 up to 3.16, 64 since.
  public static final long ALLOCATED_BYTES = 64;

  private static final long WORD_OFFSET = 4;
  private static final int WRITE_PAGE = 0;
  private static final int DIRECT_IO = 1;
  private static final int KEEP_CACHE = 2;

  private final int flush;

  FileInfoBits(int flush) {
    this.flush = flush;
  }

  /// The layout that the library with this `fuse_pkgversion()` uses.
  public static FileInfoBits of(String packageVersion) {
    List<Integer> numbers = new ArrayList<>();
    for (String part : packageVersion.split("[.-]", -1)) {
      numbers.add(part.matches("\\d+") ? Integer.parseInt(part) : 0);
    }
    int minor = numbers.size() > 1 ? numbers.get(1) : 0;
    int patch = numbers.size() > 2 ? numbers.get(2) : 0;
    boolean late = minor == 14 && patch >= 1 || minor == 15 || minor == 16;
    return late ? LATE_FLUSH : EARLY_FLUSH;
  }

  /// Whether a write brings pages of the kernel's cache, as of a shared mapping, through whichever
  /// handle of the file the kernel came upon.
  public boolean isWritePage(MemorySegment fileInfo) {
    return (fileInfo.get(ValueLayout.JAVA_INT, WORD_OFFSET) & (1 << WRITE_PAGE)) != 0;
  }

  /// Bypasses the page cache for this handle.
  public void setDirectIo(MemorySegment fileInfo) {
    set(fileInfo, DIRECT_IO);
  }

  /// Keeps the pages that earlier handles of this file left in the page cache.
  public void setKeepCache(MemorySegment fileInfo) {
    set(fileInfo, KEEP_CACHE);
  }

  /// Tells the kernel that the handle has no position to seek.
  public void setNonseekable(MemorySegment fileInfo) {
    set(fileInfo, flush + 1);
  }

  /// Lets the kernel cache what this directory handle lists.
  public void setCacheReaddir(MemorySegment fileInfo) {
    set(fileInfo, flush + 3);
  }

  /// Whether the kernel wants `flock` locks of the handle dropped with this release.
  public boolean flockRelease(MemorySegment fileInfo) {
    return (fileInfo.get(ValueLayout.JAVA_INT, WORD_OFFSET) & (1 << (flush + 2))) != 0;
  }

  private static void set(MemorySegment fileInfo, int bit) {
    fileInfo.set(
        ValueLayout.JAVA_INT,
        WORD_OFFSET,
        fileInfo.get(ValueLayout.JAVA_INT, WORD_OFFSET) | (1 << bit));
  }
}
