package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;

/// The distances that a graph is built and walked by.
sealed interface TraversalSpace permits CodeSpace, VectorSpace {
  /// Whether distances are those of the vectors, so that nothing is to be ranked again.
  boolean isExact();

  /// Writes what a search reads of a new node besides its links, before the first link leads to it.
  void prepare(int slot);

  /// What tells the vector of a prepared slot from another: different for nearly all that differ in
  /// what distances are computed from.
  int print(int slot);

  /// Aims at a query, a vector.
  void aim(MemorySegment query, long offset, Target target);

  /// Aims at a node that was prepared.
  void aim(int slot, Target target);

  /// Comparable distance from a target to a node.
  float distance(Target target, int slot);

  /// How many nodes [#fetch] is worth calling for at once; at least 1.
  int fetchedAtOnce();

  /// Brings what [#distance] reads of the nodes at `from` and after, before `to`, into the cache.
  ///
  /// @return something that depends on all that was read
  int fetch(int[] slots, int from, int to);
}
