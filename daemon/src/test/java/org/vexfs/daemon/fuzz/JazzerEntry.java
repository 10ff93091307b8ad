package org.vexfs.daemon.fuzz;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What Jazzer calls, with the target that `-Dvexfs.fuzz.target` names.
public final class JazzerEntry {
  private static @Nullable FuzzTarget target;

  private JazzerEntry() {}

  /// Called once, before all input.
  public static void fuzzerInitialize() throws Exception {
    target = FuzzTargets.of(System.getProperty("vexfs.fuzz.target", "")).open();
  }

  /// Called with every input.
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Objects.requireNonNull(target).test(input);
  }

  /// Called once, after all input.
  public static void fuzzerTearDown() throws Exception {
    Objects.requireNonNull(target).close();
    System.out.println(
        "Processor time: " + ProcessHandle.current().info().totalCpuDuration().orElseThrow());
  }
}
