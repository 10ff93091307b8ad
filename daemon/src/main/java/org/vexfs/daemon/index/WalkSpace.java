package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;

/// The distances that a graph is walked by.
sealed interface WalkSpace permits ImageSpace, TraversalSpace {
  /// Whether distances are those of the vectors, so that nothing is to be ranked again.
  boolean isExact();

  /// Aims at a query, a vector.
  void aim(MemorySegment query, long offset, Target target);

  /// Comparable distance from a target to a node.
  float distance(Target target, int slot);

  /// Comparable distances from a target to the first `count` of `slots`, which are brought into the
  /// cache together before they are used. Java has no instruction to prefetch; so a byte of each
  /// line is read. As none of these reads waits for another, their latencies overlap. Left to the
  /// distances, which have work between their reads, they would add up: the processor looks ahead
  /// about as far as one distance goes, and does not guess the lines that follow.
  void distances(Target target, int[] slots, int count, float[] into);
}
