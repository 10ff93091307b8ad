package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.store.StoreOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs mount`.
@Command(
    name = "mount",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the directory SOURCE at MOUNTPOINT, where its files can carry vectors and be"
          + " searched.",
      "Returns when the mount answers; the daemon goes on in the background."
    })
final class MountCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SOURCE", description = "the directory to show", index = "0")
  private Path source = Path.of("");

  @Parameters(paramLabel = "MOUNTPOINT", description = "where to show it", index = "1")
  private Path mountpoint = Path.of("");

  @Option(
      names = "-o",
      paramLabel = "OPT",
      description =
          "mount options, separated by commas: ro, allow_other, max_read=BYTES,"
              + " attr_timeout=SECONDS, entry_timeout=SECONDS (both 1 by default), shared_source"
              + " and whatever else FUSE takes")
  private List<String> options = new ArrayList<>();

  @Option(
      names = "--shared-source",
      description =
          "SOURCE is changed by others behind the mount: nothing is kept without asking for it"
              + " again (the same as -o shared_source)")
  private boolean sharedSource;

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description = "where vectors and indexes are kept (default: SOURCE/.vexfs)")
  private @Nullable Path store;

  @Option(
      names = "--durability",
      paramLabel = "process|always",
      description =
          "what a change of vectors survives once it is acknowledged: the end of the daemon"
              + " (process, the default; power loss after fsync or sync), or power loss as well"
              + " (always)")
  private StoreOptions.Durability durability = StoreOptions.Durability.PROCESS;

  @Option(
      names = "--ready-timeout",
      paramLabel = "SECONDS",
      description =
          "how long a vector operation waits for the store to come up before EAGAIN (default: 30)")
  private double readyTimeoutSeconds = 30;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description =
          "where the daemon logs (default: vexfs.log in the store; with --foreground standard"
              + " error)")
  private @Nullable Path log;

  @Option(
      names = {"-f", "--foreground"},
      description = "stay in the foreground until unmounted")
  private boolean foreground;

  @Option(names = "--notify", hidden = true, description = "say on standard output when ready")
  private boolean notifies;

  @Override
  public Integer call() throws Exception {
    Optional<String> remount = MountOptions.remount(options);
    if (remount.isPresent()) {
      remount(remount.get());
      return 0;
    }
    if (sharedSource) {
      options.add(MountOptions.SHARED_SOURCE);
    }
    Daemon.Settings settings =
        new Daemon.Settings(
            source,
            mountpoint,
            options,
            Optional.ofNullable(store),
            durability,
            Duration.ofMillis((long) (readyTimeoutSeconds * 1000)),
            Optional.ofNullable(log),
            notifies && !foreground);
    new Daemon(settings).run();
    return 0;
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
}
