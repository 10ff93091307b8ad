package org.vexfs.daemon.io;

import java.lang.foreign.MemorySegment;

/// All memory outside of the heap as one segment, in which an address is an offset.
///
/// For where looking up the segment that an address lies in, and checking its bounds, costs more
/// than what is read there: in the distances that a search computes by the hundred. Nothing is
/// checked here, so whoever hands out addresses vouches that they are those of memory that is there
/// and stays there, and says so.
public final class NativeMemory {
  /// From address 0 on.
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private NativeMemory() {}
}
