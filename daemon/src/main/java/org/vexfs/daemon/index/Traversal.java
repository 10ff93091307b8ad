package org.vexfs.daemon.index;

/// By which distances a graph is built and walked.
public enum Traversal {
  /// By codes of 7 bits a value, which the graph keeps beside the links; what a search has found is
  /// ranked by the vectors at its end. Several times faster where memory is the limit. Where many
  /// vectors are nearer to each other than the codes resolve, it finds any of them.
  ///
  /// Metrics without codes are walked by [#VECTORS].
  CODES,

  /// By the vectors themselves.
  VECTORS
}
