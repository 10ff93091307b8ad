package org.vexfs.daemon.distance;

import jdk.internal.module.Modules;

/// The module `jdk.incubator.vector`, which is loaded when the first kernel is asked for.
///
/// An incubator module among those that the process starts with keeps the JVM from taking its
/// modules, linked classes and lambdas out of the AOT cache, which makes up half of the start.
/// Loaded later, by what the JDK itself loads its agents' modules with, it is the same module of
/// the same loader, and the JIT compiler treats it alike.
final class VectorModule {
  private VectorModule() {}

  /// Has the module there, unless it is already.
  static void load() {
    Module own = VectorModule.class.getModule();
    String name = "jdk.incubator.vector";
    if (ModuleLayer.boot().findModule(name).isPresent()) {
      return;
    }
    own.addReads(Modules.loadModule(name));
  }
}
