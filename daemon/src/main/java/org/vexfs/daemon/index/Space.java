package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.distance.DistanceKernel;
import org.vexfs.daemon.distance.Kernels;
import org.vexfs.daemon.distance.Metric;

/// The vectors of a collection together with the distance between them.
final class Space {
  private final Vectors vectors;
  private final DistanceKernel kernel;
  private final int dimension;

  Space(Vectors vectors, Metric metric) {
    this.vectors = vectors;
    this.kernel = Kernels.forMetric(metric);
    this.dimension = vectors.dimension();
  }

  /// Comparable distance from a query to the vector of `slot`.
  float distance(MemorySegment query, long queryOffset, int slot) {
    return kernel.distance(
        query, queryOffset, vectors.segment(slot), vectors.offset(slot), dimension);
  }

  /// The values of a vector.
  MemorySegment bytes(int slot) {
    return segment(slot).asSlice(offset(slot), (long) dimension * Float.BYTES);
  }

  MemorySegment segment(int slot) {
    return vectors.segment(slot);
  }

  long offset(int slot) {
    return vectors.offset(slot);
  }
}
