package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;

/// Where the vectors of a collection lie: float32, little-endian, `dimension` values, one vector a
/// slot.
///
/// A slot is a dense number from 0. The vector of a slot that an index has, or a search may be on
/// its way to, neither changes nor goes away. Any thread may read; an index asks while it holds its
/// lock, so these methods do not wait for one that a caller of the index may hold.
public interface Vectors {
  /// Values a vector.
  int dimension();

  /// The memory that holds the vector of `slot`.
  MemorySegment segment(int slot);

  /// Where in [#segment] the vector begins, in bytes; a multiple of 4.
  long offset(int slot);
}
