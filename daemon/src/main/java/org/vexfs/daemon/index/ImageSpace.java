package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.distance.DistanceKernel;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.distance.ScalarKernels;

/// Distances between vectors for the walk through an image, by the scalar kernels: they are quick
/// from their first call on, where those of the vector unit are slow until they are compiled. Nodes
/// that are not to be found are infinitely far, but can be passed through.
final class ImageSpace implements WalkSpace {
  private final Vectors vectors;
  private final DistanceKernel kernel;
  private final SlotPredicate present;

  ImageSpace(Vectors vectors, Metric metric, SlotPredicate present) {
    this.vectors = vectors;
    this.kernel = ScalarKernels.forMetric(metric);
    this.present = present;
  }

  @Override
  public boolean isExact() {
    return false;
  }

  @Override
  public void aim(MemorySegment query, long offset, Target target) {
    target.set(query, offset);
  }

  @Override
  public float distance(Target target, int slot) {
    return present.test(slot)
        ? kernel.distance(
            target.memory(),
            target.offset(),
            vectors.segment(slot),
            vectors.offset(slot),
            vectors.dimension())
        : Float.POSITIVE_INFINITY;
  }

  @Override
  public void distances(Target target, int[] slots, int count, float[] into) {
    for (int i = 0; i < count; i++) {
      into[i] = distance(target, slots[i]);
    }
  }
}
