package org.vexfs.daemon.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.vexfs.daemon.fuse.Instruments;
import org.vexfs.daemon.overlay.Overlay;

/// What came after `-o`, sorted: what the daemon itself heeds, and what libfuse and the kernel are
/// to be told.
///
/// @param cacheTimes `attr_timeout` and `entry_timeout`
/// @param maxReadBytes `max_read`, where given
/// @param readOnly whether `ro` was given
/// @param isSourceShared whether `shared_source` was given: others change SOURCE behind the mount
/// @param instruments what the daemon watches itself with: see [InstrumentOptions]
/// @param isRecording whether there are events for the Flight Recorder
/// @param forLibfuse everything else
record MountOptions(
    Overlay.CacheTimes cacheTimes,
    OptionalInt maxReadBytes,
    boolean readOnly,
    boolean isSourceShared,
    Instruments.Settings instruments,
    boolean isRecording,
    List<String> forLibfuse) {

  /// Seconds for which names and attributes are kept where the options do not say.
  private static final double DEFAULT_TIMEOUT_SECONDS = 1.0;

  /// Of the daemon's own: see [#isSourceShared].
  static final String SHARED_SOURCE = "shared_source";

  /// What mount(8) and fstab mean for themselves.
  private static final Set<String> OF_MOUNT =
      Set.of(
          "auto",
          "noauto",
          "user",
          "nouser",
          "users",
          "nousers",
          "owner",
          "group",
          "nofail",
          "_netdev",
          "defaults");

  /// An option that cannot be understood.
  static final class InvalidOptionException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidOptionException(String message) {
      super(message);
    }
  }

  /// Sorts the options; `source` is what mount tables show as the device.
  static MountOptions parse(List<String> arguments, String source) throws InvalidOptionException {
    boolean isSourceShared = split(arguments).contains(SHARED_SOURCE);
    double attributeSeconds = isSourceShared ? 0 : DEFAULT_TIMEOUT_SECONDS;
    double entrySeconds = attributeSeconds;
    OptionalInt maxReadBytes = OptionalInt.empty();
    InstrumentOptions instruments = new InstrumentOptions();
    List<String> forLibfuse =
        new ArrayList<>(
            List.of("default_permissions", "subtype=vexfs", "fsname=" + escape(source)));
    for (String option : split(arguments)) {
      Map.Entry<String, String> pair = pair(option);
      switch (pair.getKey()) {
        case "attr_timeout" -> attributeSeconds = seconds(option, pair.getValue());
        case "entry_timeout" -> entrySeconds = seconds(option, pair.getValue());
        case "max_read" -> {
          maxReadBytes = OptionalInt.of(number(option, pair.getValue(), Integer::parseInt));
          forLibfuse.add(option);
        }
        default -> {
          boolean isOurs = option.equals(SHARED_SOURCE) || OF_MOUNT.contains(option);
          if (!instruments.take(option, pair) && !isOurs && !option.startsWith("x-")) {
            forLibfuse.add(option);
          }
        }
      }
    }
    return new MountOptions(
        new Overlay.CacheTimes(entrySeconds, attributeSeconds),
        maxReadBytes,
        forLibfuse.contains("ro"),
        isSourceShared,
        instruments.settings(),
        instruments.isRecording(),
        List.copyOf(forLibfuse));
  }

  /// What an existing mount is to be changed to, `ro` or `rw`, where the options are those of a
  /// remount. All else is fixed when a daemon starts; as with every FUSE mount it is passed over.
  static Optional<String> remount(List<String> arguments) {
    List<String> options = split(arguments);
    if (!options.contains("remount")) {
      return Optional.empty();
    }
    boolean isReadOnly = options.lastIndexOf("ro") > options.lastIndexOf("rw");
    return Optional.of(isReadOnly ? "ro" : "rw");
  }

  private static List<String> split(List<String> arguments) {
    return arguments.stream()
        .flatMap(argument -> List.of(argument.split(",", -1)).stream())
        .filter(option -> !option.isEmpty())
        .toList();
  }

  private static Map.Entry<String, String> pair(String option) {
    int equals = option.indexOf('=');
    return equals < 0
        ? Map.entry(option, "")
        : Map.entry(option.substring(0, equals), option.substring(equals + 1));
  }

  static double seconds(String option, String value) throws InvalidOptionException {
    double seconds = number(option, value, Double::parseDouble);
    if (!(seconds >= 0)) {
      throw new InvalidOptionException("-o " + option + ": seconds are 0 or more");
    }
    return seconds;
  }

  static <N> N number(String option, String value, Function<String, N> parser)
      throws InvalidOptionException {
    try {
      return parser.apply(value);
    } catch (NumberFormatException e) {
      throw new InvalidOptionException("-o " + option + ": not a number");
    }
  }

  /// libfuse splits options at commas that no backslash precedes.
  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace(",", "\\,");
  }
}
