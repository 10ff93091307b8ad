package org.vexfs.daemon.index;

/// The distances that a graph is built and walked by.
sealed interface TraversalSpace extends WalkSpace permits CodeSpace, VectorSpace {
  /// Writes what a search reads of a new node besides its links, before the first link leads to it.
  void prepare(int slot);

  /// What tells the vector of a prepared slot from another: different for nearly all that differ in
  /// what distances are computed from.
  int print(int slot);

  /// Aims at a node that was prepared.
  void aim(int slot, Target target);
}
