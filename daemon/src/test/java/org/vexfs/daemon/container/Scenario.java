package org.vexfs.daemon.container;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a mount has to bear, each in a container of its own. A scenario's classes print figures and
/// a verdict.
enum Scenario {
  /// Mounted and unmounted a thousand times.
  MOUNT_CYCLES("mount.MountCyclesScenario"),
  /// Up to a million vectors, and up to 4,096 values in one.
  LARGE_VECTORS("mount.LargeVectorsScenario"),
  /// The fewest and the most links, the narrowest and the broadest searches.
  GRAPH_EXTREMES("index.GraphExtremesScenario"),
  /// From one thread to 32.
  MIXED_THREADS("mount.MixedThreadsScenario"),
  /// Receivers with little stack.
  SMALL_STACKS("mount.SmallStackScenario"),
  /// A host whose calls fail.
  FAULTS("mount.FaultsScenario"),
  /// Containers with little memory, driven from the host, so that the daemon has them for itself.
  MEMORY_LIMITS("") {
    @Override
    String run() throws Exception {
      return MemoryLimits.run();
    }
  };

  private static final Duration DEADLINE = Duration.ofHours(12);

  private final String className;

  Scenario(String className) {
    this.className = className;
  }

  /// Runs it to its end; what it printed.
  ///
  /// @throws AssertionError if it fails
  String run() throws Exception {
    return TestContainer.run(List.of("org.vexfs.daemon." + className), Map.of(), DEADLINE);
  }

  /// As options have it.
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
