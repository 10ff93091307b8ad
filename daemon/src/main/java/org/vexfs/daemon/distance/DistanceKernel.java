package org.vexfs.daemon.distance;

import java.lang.foreign.MemorySegment;

/// Computes the comparable distance of two vectors that lie in memory; see [Metric] for what it
/// orders. Kernels have no state and serve any number of threads.
@FunctionalInterface
public interface DistanceKernel {
  /// The comparable distance of two vectors of `dimension` float32 values, little-endian; smaller
  /// is nearer. It is the same, bit by bit, with `a` and `b` exchanged, and for finite values never
  /// NaN.
  ///
  /// @param aOffset where in `a` the one vector begins, in bytes; a multiple of 4
  /// @param bOffset where in `b` the other begins, likewise
  /// @throws IndexOutOfBoundsException where a vector does not lie within its segment
  float distance(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int dimension);
}
