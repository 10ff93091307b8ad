package org.vexfs.daemon.distance;

import org.vexfs.daemon.base.LateModule;

/// The module `jdk.incubator.vector`, loaded when the first kernel is asked for.
///
/// An incubator module among those that the process starts with keeps the JVM from taking its
/// modules, linked classes and lambdas out of the AOT cache, which would make up half of the start.
/// Loaded later it is the same module, and the JIT compiler treats it alike.
final class VectorModule {
  static {
    LateModule.require("jdk.incubator.vector", VectorModule.class);
  }

  private VectorModule() {}

  /// Returns once the module is there.
  static void require() {
    // Done when this class was initialised.
  }
}
