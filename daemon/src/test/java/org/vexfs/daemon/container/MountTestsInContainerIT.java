package org.vexfs.daemon.container;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The mount's own tests, which run on the host with its libfuse, once more inside a privileged
/// container of Debian 13, with libfuse 3.17. The databases run here alone, as a machine that only
/// builds VexFS should not need them.
///
/// `-Dvexfs.containerTests=CLASS,…` names other classes, which may be given without their package.
@Timeout(1_800)
final class MountTestsInContainerIT {
  private static final String PACKAGE = "org.vexfs.daemon.mount.";
  private static final String CLASSES =
      "DatabasesIT,KilledDaemonIT,MountIT,OverlayIT,PosixIT,SearchIT,VectorFormsIT";
  private static final Map<String, String> PROPERTIES = Map.of("vexfs.kill.rounds", "200");
  private static final Duration DEADLINE = Duration.ofMinutes(25);

  @Test
  void mountTests_onLibfuse317_pass() {
    List<String> classes =
        Stream.of(System.getProperty("vexfs.containerTests", CLASSES).split(",", -1))
            .map(name -> name.contains(".") ? name : PACKAGE + name)
            .toList();
    System.out.println(TestContainer.run(classes, PROPERTIES, DEADLINE));
  }
}
