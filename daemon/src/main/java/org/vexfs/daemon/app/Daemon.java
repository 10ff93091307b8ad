package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FuseLibrary;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.FlightEvents;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.control.ControlContext;
import org.vexfs.daemon.control.ControlTree;
import org.vexfs.daemon.control.ErrorLog;
import org.vexfs.daemon.control.SavedQueries;
import org.vexfs.daemon.fuse.FuseSession;
import org.vexfs.daemon.fuse.Instruments;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.overlay.InodeTrimmer;
import org.vexfs.daemon.overlay.Overlay;
import org.vexfs.daemon.overlay.SourceChanges;
import org.vexfs.daemon.overlay.VectorAttributes;
import org.vexfs.daemon.search.SearchTimes;
import org.vexfs.daemon.store.StoreOptions;

/// A mount from start to end.
///
/// Start: check what was asked, hold SOURCE by a descriptor, lock the store, mount, and answer;
/// vectors come up behind. Everything that can be refused is refused before the mount, and what
/// fails after it takes the mount down again.
///
/// End: unmounted by whomever, or told to stop by SIGTERM or SIGINT, which unmounts. Requests under
/// way are answered, then the store is closed.
final class Daemon {
  /// How long a signal waits for the orderly end before the process goes.
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private final Settings settings;
  private final CountDownLatch ended = new CountDownLatch(1);

  /// What `vexfs mount` was told.
  ///
  /// @param source the directory to show
  /// @param mountpoint where to show it
  /// @param options what came after `-o`
  /// @param store where vectors are kept, if not in SOURCE
  /// @param durability when a change of vectors counts as made
  /// @param readyTimeout how long a vector operation waits for the store to come up
  /// @param log where to log, if not in the store or on standard error
  /// @param metricsListen where metrics are served over HTTP, if anywhere
  /// @param detaches whether the process lets go of its terminal once the mount answers
  /// @param connection what to serve instead of mounting: `/dev/fd/N`, an open connection
  record Settings(
      Path source,
      Path mountpoint,
      List<String> options,
      Optional<Path> store,
      StoreOptions.Durability durability,
      Duration readyTimeout,
      Optional<Path> log,
      Optional<String> metricsListen,
      boolean detaches,
      Optional<String> connection) {}

  Daemon(Settings settings) {
    this.settings = settings;
  }

  /// Serves until the end.
  void run() throws CommandException, IOException, InterruptedException {
    try (Host host = Host.borrow()) {
      FuseLibrary library = FuseLibrary.load();
      MountPaths paths = MountPaths.check(settings.source(), settings.mountpoint());
      MountOptions options = MountOptions.parse(settings.options(), paths.source().toString());
      Optional<Path> ownStore = settings.store().map(Path::toAbsolutePath);
      Optional<Path> ownLog = settings.log().map(Path::toAbsolutePath);
      HostProcess.prepare();
      int sourceDescriptor = open(host, paths.source());
      // Through a descriptor, SOURCE stays in reach even where it is mounted over. The store has
      // one of its own, to the end of the process: it is closed after the files, whose descriptor
      // goes with them.
      int storeDescriptor = open(host, paths.source());
      Path store = ownStore.orElse(Path.of("/proc/self/fd/" + storeDescriptor, ".vexfs"));
      Path shownStore = ownStore.orElse(paths.source().resolve(".vexfs"));
      HostDirectory storeDirectory = HostDirectory.at(store);
      if (settings.detaches() || ownLog.isPresent()) {
        LogFile.use(ownLog.orElse(store.resolve("vexfs.log")));
      }
      try (VectorServices vectors =
              VectorServices.open(
                  storeDirectory,
                  settings.durability(),
                  new SearchTimes(options.instruments().isCounting()),
                  sourceDescriptor);
          Overlay overlay =
              new Overlay(
                  host,
                  sourceDescriptor,
                  new VectorAttributes(vectors.store(), settings.readyTimeout()),
                  options.cacheTimes())) {
        SavedQueries queries = SavedQueries.in(storeDirectory);
        overlay.observeBy(queries);
        serve(library, overlay, vectors, queries, options, paths, shownStore);
      }
    } catch (FuseLibrary.MissingLibraryException
        | MountOptions.InvalidOptionException
        | FuseSession.SessionException
        | VectorFailure
        | ErrnoException e) {
      throw new CommandException(e);
    } finally {
      ended.countDown();
    }
  }

  private void serve(
      FuseLibrary library,
      Overlay overlay,
      VectorServices vectors,
      SavedQueries queries,
      MountOptions options,
      MountPaths paths,
      Path store)
      throws CommandException, FuseSession.SessionException, ErrnoException, InterruptedException {
    Logger log = LoggerFactory.getLogger(Daemon.class);
    if (options.forLibfuse().contains("noatime")) {
      overlay.keepAccessTimes();
    }
    overlay.onlyReadsWhile(() -> isReadOnly(paths.mountpoint()));
    ErrorLog errors = new ErrorLog();
    StatusReport status = new StatusReport(paths, store, vectors);
    Instruments instruments = new Instruments(options.instruments());
    ControlContext context =
        new ControlContext(
            overlay,
            vectors.search(),
            settings.readyTimeout(),
            errors,
            queries,
            status::toJson,
            status::addTo);
    ControlTree control = new ControlTree(context);
    try (MetricsServer _ = listen(context, status);
        FuseSession session =
            FuseSession.open(
                library,
                overlay,
                control,
                errors,
                options.forLibfuse(),
                options.maxReadBytes(),
                instruments)) {
      status.mounted(overlay, control, session);
      String target =
          settings
              .connection()
              .orElseGet(() -> TreePath.bytesOfText(paths.mountpoint().toString()));
      if (settings.connection().isEmpty()) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(target), "stop"));
      }
      session.mount(target);
      overlay.tell(session);
      session.start();
      session.awaitContact();
      vectors.search().start();
      if (options.isRecording()) {
        FlightEvents.turnOn();
      }
      log.info("{} is mounted at {}", paths.source(), paths.mountpoint());
      if (settings.detaches()) {
        HostProcess.announceReady();
        HostProcess.detach();
      }
      try (InodeTrimmer _ = overlay.trimThrough(session);
          IdleMemory _ = IdleMemory.watching()) {
        if (options.isSourceShared()) {
          awaitEndSharing(overlay, session);
        } else {
          session.awaitEnd();
        }
      }
      log.info("{} was unmounted", paths.mountpoint());
    }
  }

  /// Serves metrics where that is asked for, which loads what it takes.
  private @Nullable MetricsServer listen(ControlContext context, StatusReport status)
      throws CommandException {
    if (settings.metricsListen().isEmpty()) {
      return null;
    }
    return MetricsServer.listen(
        settings.metricsListen().get(),
        new MetricsServer.Content(
            () -> context.figures().toPrometheus(), status::toJson, status::isReady));
  }

  /// Whether the mount takes no changes now, which a remount may have decided.
  private static boolean isReadOnly(Path mountpoint) {
    try {
      return Mountpoint.at(mountpoint).filter(Mountpoint::isReadOnly).isPresent();
    } catch (IOException unknown) {
      return true;
    }
  }

  private static void awaitEndSharing(Overlay overlay, FuseSession session)
      throws InterruptedException {
    try (SourceChanges _ = overlay.watchThrough(session)) {
      session.awaitEnd();
    }
  }

  /// Unmounts and waits for the orderly end; does nothing more where that has come already.
  private void stop(String mountpoint) {
    if (ended.getCount() == 0) {
      return;
    }
    boolean _ = HostProcess.unmount(mountpoint, true);
    try {
      boolean _ = ended.await(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int open(Host host, Path source) throws ErrnoException {
    return host.openat(
        Libc.AT_FDCWD(),
        TreePath.bytesOfText(source.toString()),
        Libc.O_PATH() | Libc.O_DIRECTORY(),
        0);
  }
}
