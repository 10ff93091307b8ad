package org.vexfs.daemon.app;

import java.nio.file.Path;
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
              + " attr_timeout=SECONDS, entry_timeout=SECONDS (both 1 by default), shared_source,"
              + " slow_request=SECONDS (10, after which a request is logged with its stack),"
              + " no_metrics, flight_recorder, stack_sample=N (64), stack_warning=BYTES (6144),"
              + " stack_critical=BYTES (7168), and whatever else FUSE takes")
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
          "how long a vector operation waits for the store to come up before EAGAIN, or EBUSY from"
              + " setxattr(2) (default: 30)")
  private double readyTimeoutSeconds = MountArguments.DEFAULT_READY_TIMEOUT_SECONDS;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description =
          "where the daemon logs (default: vexfs.log in the store; with --foreground standard"
              + " error)")
  private @Nullable Path log;

  @Option(
      names = "--metrics-listen",
      paramLabel = "[ADDRESS:]PORT",
      description =
          "serve /metrics, /health/live and /health/ready over HTTP, on the loopback interface")
  private @Nullable String metricsListen;

  @Option(
      names = {"-f", "--foreground"},
      description = "stay in the foreground until unmounted")
  private boolean foreground;

  @Option(names = "--notify", hidden = true, description = "say on standard output when ready")
  private boolean notifies;

  @Override
  public Integer call() throws Exception {
    arguments().run();
    return 0;
  }

  /// What the command line said.
  MountArguments arguments() {
    List<String> all = new ArrayList<>(options);
    if (sharedSource) {
      all.add(MountOptions.SHARED_SOURCE);
    }
    return new MountArguments(
        source,
        mountpoint,
        List.copyOf(all),
        Optional.ofNullable(store),
        durability,
        readyTimeoutSeconds,
        Optional.ofNullable(log),
        Optional.ofNullable(metricsListen),
        foreground,
        notifies);
  }
}
