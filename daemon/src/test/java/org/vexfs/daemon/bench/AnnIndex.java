package org.vexfs.daemon.bench;

import java.io.IOException;

/// An index for approximate nearest neighbours under measurement, over the base of a [DataSet].
interface AnnIndex extends AutoCloseable {
  /// Links that a node makes, the M of HNSW; layer 0 keeps twice as many.
  int M = 16;

  /// Breadth of the search for a new node's neighbours.
  int EF_CONSTRUCTION = 200;

  String name();

  /// Inserts the whole base.
  ///
  /// @return how many seconds it took
  double build(int threads) throws IOException;

  /// Memory that a search walks through, in bytes a vector, what it ranks by at the end aside.
  long bytesPerVector() throws IOException;

  /// For each query the indices of what is found with this breadth, at most [Truth#K].
  int[][] find(int ef) throws IOException;

  /// Searches for the queries in turn, over and over, on so many threads for so many seconds.
  ///
  /// @return searches a second
  double speed(int ef, int threads, double seconds) throws IOException;

  @Override
  void close() throws IOException;
}
