package org.vexfs.daemon.container;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The [Scenario]s, in their short form. `docker/scenario.sh` runs one in full, by
/// `-Dvexfs.scenario=LABEL -Dvexfs.scenario.full=true`.
@Timeout(value = 12, unit = TimeUnit.HOURS)
final class ScenariosIT {
  static List<Scenario> scenarios() {
    String label = System.getProperty("vexfs.scenario", "");
    List<Scenario> chosen =
        Stream.of(Scenario.values())
            .filter(scenario -> label.isEmpty() || scenario.label().equals(label))
            .toList();
    assertTrue(!chosen.isEmpty(), "there is no scenario " + label);
    return chosen;
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void scenario_ends_asItShould(Scenario scenario) throws Exception {
    String report = scenario.run();
    System.out.println(report);
    assertTrue(report.contains(": passed"), report);
  }
}
