package org.vexfs.daemon.search;

import java.util.List;
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
/// @param ranks of a hit of several queries, the rank among the hits of each, 0 where it is none;
///   `row` and `distance` say nothing then
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
    List<Integer> ranks,
    Optional<VectorMatrix> vector,
    Optional<SortedMap<String, String>> attributes) {

  /// Makes the list immutable.
  public Hit {
    ranks = List.copyOf(ranks);
  }

  /// A hit that carries nothing besides.
  public static Hit of(int query, int rank, TreePath path, int row, float distance, float score) {
    return new Hit(
        query, rank, path, row, distance, score, List.of(), Optional.empty(), Optional.empty());
  }

  /// A hit of several queries.
  static Hit ofRanks(int rank, TreePath path, List<Integer> ranks, float score) {
    return new Hit(0, rank, path, 0, Float.NaN, score, ranks, Optional.empty(), Optional.empty());
  }

  /// The same with the file's attributes.
  Hit with(SortedMap<String, String> newAttributes) {
    return new Hit(
        query, rank, path, row, distance, score, ranks, vector, Optional.of(newAttributes));
  }
}
