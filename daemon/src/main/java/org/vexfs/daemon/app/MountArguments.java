package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.vexfs.daemon.store.StoreOptions;

/// What `vexfs mount` was told.
///
/// [#read] understands the command's usual forms by itself: loading the library that reads command
/// lines takes longer than all the rest of a start. Whatever it does not know for certain, mistakes
/// and calls for help included, it leaves to that library and [MountCommand].
///
/// @param options the values of every `-o`
/// @param store where vectors are kept, if not in SOURCE
/// @param log where to log, if not in the store or on standard error
/// @param metricsListen where metrics are served over HTTP, if anywhere
/// @param foreground whether the process keeps its terminal
/// @param notifies whether the launcher waits for word that the mount answers
record MountArguments(
    Path source,
    Path mountpoint,
    List<String> options,
    Optional<Path> store,
    StoreOptions.Durability durability,
    double readyTimeoutSeconds,
    Optional<Path> log,
    Optional<String> metricsListen,
    boolean foreground,
    boolean notifies) {
  static final double DEFAULT_READY_TIMEOUT_SECONDS = 30;

  private static final int NAMES = 2;

  /// Understands `arguments`, the command's name being the first, if they are of a usual form.
  static Optional<MountArguments> read(String... arguments) {
    if (arguments.length == 0 || !arguments[0].equals("mount")) {
      return Optional.empty();
    }
    return new Reader().read(List.of(arguments).subList(1, arguments.length));
  }

  /// Mounts and serves until the end, or changes a mount that there is.
  void run() throws CommandException, IOException, InterruptedException {
    Optional<String> remount = MountOptions.remount(options);
    if (remount.isPresent()) {
      remount(remount.get());
      return;
    }
    new Daemon(
            new Daemon.Settings(
                source,
                mountpoint,
                options,
                store,
                durability,
                Duration.ofMillis((long) (readyTimeoutSeconds * 1000)),
                log,
                metricsListen,
                notifies && !foreground,
                Optional.empty()))
        .run();
  }

  /// Whether a mount may be written is the kernel's to enforce; its daemon need not know.
  private void remount(String access) throws CommandException, IOException {
    Path path = mountpoint.toAbsolutePath().normalize();
    if (Mountpoint.at(path).filter(Mountpoint::isVexfs).isEmpty()) {
      throw new CommandException("no VexFS is mounted at " + mountpoint);
    }
    if (!HostProcess.remount(path, access)) {
      throw new CommandException(
          mountpoint + " cannot be remounted " + access + ": see what mount(8) says above");
    }
    if (notifies) {
      HostProcess.announceReady();
    }
  }

  /// Reads arguments one by one and gives up at the first that is unusual.
  private static final class Reader {
    private final List<Path> names = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private Optional<Path> store = Optional.empty();
    private StoreOptions.Durability durability = StoreOptions.Durability.PROCESS;
    private double readyTimeoutSeconds = DEFAULT_READY_TIMEOUT_SECONDS;
    private Optional<Path> log = Optional.empty();
    private Optional<String> metricsListen = Optional.empty();
    private boolean foreground;
    private boolean sharedSource;
    private boolean notifies;

    Optional<MountArguments> read(List<String> arguments) {
      try {
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
          if (!take(rest.next(), rest)) {
            return Optional.empty();
          }
        }
      } catch (InvalidPathException | NumberFormatException mistake) {
        return Optional.empty();
      }
      if (names.size() != NAMES) {
        return Optional.empty();
      }
      if (sharedSource) {
        options.add(MountOptions.SHARED_SOURCE);
      }
      return Optional.of(
          new MountArguments(
              names.getFirst(),
              names.getLast(),
              List.copyOf(options),
              store,
              durability,
              readyTimeoutSeconds,
              log,
              metricsListen,
              foreground,
              notifies));
    }

    private boolean take(String argument, Iterator<String> rest) {
      if (argument.startsWith("@")) {
        return false;
      }
      if (!argument.startsWith("-")) {
        names.add(Path.of(argument));
        return names.size() <= NAMES;
      }
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      String option = equals < 0 ? argument : argument.substring(0, equals);
      if (!option.equals("-o") && !seen.add(option)) {
        return false;
      }
      if (equals < 0 && takeSwitch(option)) {
        return true;
      }
      return takeValue(option, equals < 0 ? next(rest) : argument.substring(equals + 1));
    }

    private boolean takeSwitch(String option) {
      switch (option) {
        case "--foreground" -> foreground = true;
        case "--shared-source" -> sharedSource = true;
        case "--notify" -> notifies = true;
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean takeValue(String option, String value) {
      if (value.isEmpty() || value.startsWith("-") || value.startsWith("@")) {
        return false;
      }
      switch (option) {
        case "-o" -> options.add(value);
        case "--store" -> store = Optional.of(Path.of(value));
        case "--log" -> log = Optional.of(Path.of(value));
        case "--metrics-listen" -> metricsListen = Optional.of(value);
        case "--ready-timeout" -> readyTimeoutSeconds = Double.parseDouble(value);
        case "--durability" -> {
          Optional<StoreOptions.Durability> known = durability(value);
          durability = known.orElse(durability);
          return known.isPresent();
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    private static Optional<StoreOptions.Durability> durability(String name) {
      for (StoreOptions.Durability one : StoreOptions.Durability.values()) {
        if (one.name().toLowerCase(Locale.ROOT).equals(name)) {
          return Optional.of(one);
        }
      }
      return Optional.empty();
    }

    private static String next(Iterator<String> rest) {
      return rest.hasNext() ? rest.next() : "";
    }
  }
}
