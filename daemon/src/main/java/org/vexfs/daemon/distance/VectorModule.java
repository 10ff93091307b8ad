package org.vexfs.daemon.distance;

/// The module `jdk.incubator.vector`, loaded when the first kernel is asked for.
///
/// An incubator module among those that the process starts with keeps the JVM from taking its
/// modules, linked classes and lambdas out of the AOT cache, which would make up half of the start.
/// Loaded later, by what the JDK loads its own agents' modules with, it is the same module of the
/// same loader, and the JIT compiler treats it alike. Nothing public does that, so the launcher has
/// `java.base` export what does.
final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";

  static {
    if (ModuleLayer.boot().findModule(NAME).isEmpty()) {
      VectorModule.class.getModule().addReads(load());
    }
  }

  private VectorModule() {}

  /// Returns once the module is there.
  static void require() {
    // Done when this class was initialised.
  }

  private static Module load() {
    try {
      return (Module)
          Class.forName("jdk.internal.module.Modules")
              .getMethod("loadModule", String.class)
              .invoke(null, NAME);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "run with --add-modules " + NAME + ", or as the launcher does", e);
    }
  }
}
