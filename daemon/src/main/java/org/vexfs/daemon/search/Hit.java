package org.vexfs.daemon.search;

import java.util.Optional;
import java.util.SortedMap;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorMatrix;

/// One row of one file's vectors among the nearest.
///
/// @param query number of the target's vector that it is near to, from 0
/// @param rank place among the hits of that vector, from 1; an offset counts
/// @param path relative to the directory that was searched
/// @param row which of the file's vectors, from 0
/// @param distance as the metric reports it
/// @param score see [ResultScorer]
/// @param vector the row itself, where asked for
/// @param attributes the file's `user.*` attributes, where asked for: name and value as text, with
///   bytes that are not UTF-8 as [TreePath#textOfBytes] has them
public record Hit(
    int query,
    int rank,
    TreePath path,
    int row,
    float distance,
    float score,
    Optional<VectorMatrix> vector,
    Optional<SortedMap<String, String>> attributes) {

  /// A hit that carries nothing besides.
  public static Hit of(int query, int rank, TreePath path, int row, float distance, float score) {
    return new Hit(query, rank, path, row, distance, score, Optional.empty(), Optional.empty());
  }
}
