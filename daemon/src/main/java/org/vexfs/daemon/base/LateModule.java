package org.vexfs.daemon.base;

/// Modules of the JDK that are in the image but not among those that the process starts with: each
/// of those costs every start something, also where it is not used.
///
/// Loaded later, by what the JDK loads its own agents' modules with, they are the same modules of
/// the same loaders. Nothing public does that, so the launcher has `java.base` export what does.
public final class LateModule {
  private LateModule() {}

  /// Loads a module, unless the process has started with it, and lets `reader`'s module read it.
  public static void require(String name, Class<?> reader) {
    if (ModuleLayer.boot().findModule(name).isEmpty()) {
      reader.getModule().addReads(load(name));
    }
  }

  private static Module load(String name) {
    try {
      return (Module)
          Class.forName("jdk.internal.module.Modules")
              .getMethod("loadModule", String.class)
              .invoke(null, name);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "run with --add-modules " + name + ", or as the launcher does", e);
    }
  }
}
