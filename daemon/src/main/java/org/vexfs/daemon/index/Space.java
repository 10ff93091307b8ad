package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vexfs.daemon.distance.DistanceKernel;
import org.vexfs.daemon.distance.Kernels;
import org.vexfs.daemon.distance.Metric;

/// The vectors of a collection together with the distance between them.
final class Space {
  /// What is fetched at once stays in the smallest cache until it is used.
  private static final int FETCHED_BYTES = 1 << 15;

  private final Vectors vectors;
  private final DistanceKernel kernel;
  private final int dimension;
  private final int fetchedAtOnce;

  Space(Vectors vectors, Metric metric) {
    this.vectors = vectors;
    this.kernel = Kernels.forMetric(metric);
    this.dimension = vectors.dimension();
    this.fetchedAtOnce = fetchedAtOnce(Float.BYTES * dimension);
  }

  /// How many nodes, of which each takes so many bytes, are worth fetching at once.
  static int fetchedAtOnce(int bytes) {
    return Math.max(1, FETCHED_BYTES / bytes);
  }

  /// Comparable distance from a query to the vector of `slot`.
  float distance(MemorySegment query, long queryOffset, int slot) {
    return kernel.distance(
        query, queryOffset, vectors.segment(slot), vectors.offset(slot), dimension);
  }

  /// How many vectors are worth a [#fetch] at once; at least 1.
  int fetchedAtOnce() {
    return fetchedAtOnce;
  }

  /// Reads a byte of each line of the vectors of the slots from `from` on, before `to`; returns
  /// something that depends on all of them.
  int fetch(int[] slots, int from, int to) {
    long bytes = (long) dimension * Float.BYTES;
    int read = 0;
    for (int i = from; i < to; i++) {
      MemorySegment memory = vectors.segment(slots[i]);
      long end = vectors.offset(slots[i]) + bytes;
      for (long at = end - bytes; at < end; at += NodeBlocks.CACHE_LINE) {
        read += memory.get(ValueLayout.JAVA_BYTE, at);
      }
    }
    return read;
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
