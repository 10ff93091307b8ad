package org.vexfs.daemon.distance;

/// The kernels to use: those that run on the machine's vector unit.
public final class Kernels {
  /// For rehearsals, whose classes are kept in the AOT cache: that cannot hold the vector module's.
  private static final boolean SCALAR = Boolean.getBoolean("org.vexfs.scalarKernels");

  static {
    if (!SCALAR) {
      VectorModule.require();
    }
  }

  private Kernels() {}

  /// The fastest kernel for a metric.
  public static DistanceKernel forMetric(Metric metric) {
    return SCALAR ? ScalarKernels.forMetric(metric) : SimdKernels.forMetric(metric);
  }
}
