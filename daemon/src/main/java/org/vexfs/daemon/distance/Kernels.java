package org.vexfs.daemon.distance;

/// The kernels to use: the ones that run on the machine's vector unit.
public final class Kernels {
  static {
    VectorModule.load();
  }

  private Kernels() {}

  /// The fastest kernel for a metric.
  public static DistanceKernel forMetric(Metric metric) {
    return SimdKernels.forMetric(metric);
  }
}
