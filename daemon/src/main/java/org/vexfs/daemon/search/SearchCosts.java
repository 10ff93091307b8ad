package org.vexfs.daemon.search;

import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.Traversal;

/// What the two ways to the nearest rows are likely to cost, in nanoseconds: the walk through the
/// graph, which passes through rows that do not match, and the scan of those that do.
///
/// The walk ends once the rows nearer than the `ef` that it keeps were seen, and among `rows /
/// matching` rows there is one that matches; so it sees about `ef * rows / matching` rows and what
/// they are linked to. Where what matches lies apart from what is asked for, as the files of one
/// directory may, it sees many more. Nothing tells that beforehand; so it may go as far as the scan
/// would cost, which then takes its place, and no search costs much more than twice what the better
/// way does.
///
/// The constants are those of the machine that BENCHMARKS.md names, rounded. Only their ratios
/// count.
///
/// @param dimension values a row
/// @param rows of the graph
/// @param matching about how many of them match
/// @param tested how many rows a scan would have to put to a filter to find those
record SearchCosts(int dimension, int rows, int matching, int tested) {
  /// Distances on the way to where the query is.
  private static final double APPROACH = 300;

  /// Distances for each row that is nearer than the farthest match.
  private static final double PER_ROW_PASSED = 8;

  /// To put a row to a filter means to fetch what is known of its file.
  private static final double TEST_NANOS = 100;

  /// Along links, memory is waited for each time; one after the other, rows come by themselves.
  private static final double LINK_NANOS = 300;

  private static final double ROW_NANOS = 80;
  private static final double BYTE_NANOS = 0.1;

  double scan() {
    return matching * (ROW_NANOS + BYTE_NANOS * Float.BYTES * dimension) + TEST_NANOS * tested;
  }

  double walk(int ef) {
    double passed = Math.min(rows, ef * (double) rows / Math.max(1, matching));
    return Math.min(rows, APPROACH + PER_ROW_PASSED * passed) * stepOfWalk();
  }

  /// Whether the graph is to be tried.
  boolean favourWalk(int ef) {
    return matching > ef && walk(ef) < scan();
  }

  /// The most distances that the walk is to compute. Where every row matches, nothing keeps it from
  /// its end.
  long mostOfWalk() {
    return matching >= rows ? Long.MAX_VALUE : (long) Math.ceil(scan() / stepOfWalk());
  }

  private double stepOfWalk() {
    boolean coded = HnswParameters.forDimension(dimension).traversal() == Traversal.CODES;
    return LINK_NANOS + BYTE_NANOS * (coded ? 1 : Float.BYTES) * dimension;
  }
}
