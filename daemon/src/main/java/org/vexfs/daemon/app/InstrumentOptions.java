package org.vexfs.daemon.app;

import java.time.Duration;
import java.util.Map;
import org.vexfs.daemon.fuse.Instruments;
import org.vexfs.daemon.fuse.StackMonitor;

/// The mount options about what the daemon watches itself with.
///
/// | option | default | what |
/// |---|---|---|
/// | `flight_recorder` | | requests and searches are events of the Flight Recorder (`jcmd PID JFR.start`) |
/// | `no_metrics` | | requests and searches are neither counted nor timed, nor is any reported as slow |
/// | `slow_request=SECONDS` | 10 | a request that lasts longer is reported with the stack of its thread; 0 for none |
/// | `stack_sample=N` | 64 | of every so many requests one has the stack of its callback measured; 0 for none |
/// | `stack_warning=BYTES` | 6144 | from how deep a stack on there is a warning |
/// | `stack_critical=BYTES` | 7168 | from how deep a stack on there is an error |
final class InstrumentOptions {
  private boolean isRecording;
  private boolean isCounting = Instruments.Settings.DEFAULT.isCounting();
  private Duration slowAfter = Instruments.Settings.DEFAULT.slowAfter();
  private int stackSample = StackMonitor.Limits.DEFAULT.sampleEvery();
  private long stackWarningBytes = StackMonitor.Limits.DEFAULT.warningBytes();
  private long stackCriticalBytes = StackMonitor.Limits.DEFAULT.criticalBytes();

  /// Takes an option, where it is one of these.
  ///
  /// @param option as given
  /// @param pair its name and its value
  boolean take(String option, Map.Entry<String, String> pair)
      throws MountOptions.InvalidOptionException {
    switch (pair.getKey()) {
      case "flight_recorder" -> isRecording = true;
      case "no_metrics" -> isCounting = false;
      case "slow_request" ->
          slowAfter =
              Duration.ofMillis((long) (MountOptions.seconds(option, pair.getValue()) * 1000));
      case "stack_sample" -> stackSample = (int) whole(option, pair, Integer.MAX_VALUE);
      case "stack_warning" -> stackWarningBytes = whole(option, pair, Long.MAX_VALUE);
      case "stack_critical" -> stackCriticalBytes = whole(option, pair, Long.MAX_VALUE);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static long whole(String option, Map.Entry<String, String> pair, long most)
      throws MountOptions.InvalidOptionException {
    long number = MountOptions.number(option, pair.getValue(), Long::parseLong);
    if (number < 0 || number > most) {
      throw new MountOptions.InvalidOptionException("-o " + option + ": from 0 to " + most);
    }
    return number;
  }

  /// Whether there are events for the Flight Recorder.
  boolean isRecording() {
    return isRecording;
  }

  Instruments.Settings settings() {
    return new Instruments.Settings(
        new StackMonitor.Limits(stackSample, stackWarningBytes, stackCriticalBytes),
        isCounting,
        slowAfter);
  }
}
