package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FuseLibrary;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.fuse.FuseSession;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Overlay;
import org.vexfs.daemon.overlay.VectorAttributes;

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
  record Settings(
      Path source,
      Path mountpoint,
      List<String> options,
      Optional<Path> store,
      Duration readyTimeout,
      Optional<Path> log,
      boolean detaches) {}

  Daemon(Settings settings) {
    this.settings = settings;
  }

  int run() throws Exception {
    FuseLibrary library;
    try {
      library = FuseLibrary.load();
    } catch (FuseLibrary.MissingLibraryException e) {
      throw new CommandException(e);
    }
    Path source = directory(settings.source(), "the source");
    Path mountpoint = mountpoint(source);
    MountOptions options;
    try {
      options = MountOptions.parse(settings.options(), source.toString());
    } catch (MountOptions.InvalidOptionException e) {
      throw new CommandException(e);
    }
    HostProcess.prepare();
    Logger log = LoggerFactory.getLogger(Daemon.class);
    try (Host host = Host.borrow()) {
      int sourceDescriptor = open(host, source);
      // Through the descriptor, SOURCE stays reachable even where it is mounted over.
      Path store = settings.store().orElse(Path.of("/proc/self/fd/" + sourceDescriptor, ".vexfs"));
      try (VectorServices vectors = VectorServices.open(store, sourceDescriptor);
          Overlay overlay = overlay(host, sourceDescriptor, vectors, options);
          FuseSession session =
              FuseSession.open(library, overlay, options.forLibfuse(), options.maxReadBytes())) {
        serve(session, vectors, source, mountpoint, log);
      }
    } catch (FuseSession.SessionException | VectorFailure e) {
      throw new CommandException(e);
    } finally {
      ended.countDown();
    }
    return 0;
  }

  private Overlay overlay(
      Host host, int sourceDescriptor, VectorServices vectors, MountOptions options)
      throws ErrnoException {
    return new Overlay(
        host,
        sourceDescriptor,
        new VectorAttributes(vectors.store(), settings.readyTimeout()),
        options.cacheTimes());
  }

  private void serve(
      FuseSession session, VectorServices vectors, Path source, Path mountpoint, Logger log)
      throws Exception {
    String target = TreePath.bytesOfText(mountpoint.toString());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(target), "stop"));
    session.mount(target);
    session.start();
    session.awaitContact();
    vectors.search().start();
    log.info("{} is mounted at {}", source, mountpoint);
    if (settings.detaches()) {
      System.out.println("vexfs: ready");
      System.out.flush();
      HostProcess.detach();
    }
    session.awaitEnd();
    log.info("{} was unmounted", mountpoint);
  }

  /// Unmounts and waits for the orderly end; does nothing more where that has come already.
  private void stop(String mountpoint) {
    if (ended.getCount() == 0) {
      return;
    }
    HostProcess.unmount(mountpoint);
    try {
      boolean _ = ended.await(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int open(Host host, Path source) throws CommandException {
    try {
      return host.openat(
          Libc.AT_FDCWD(),
          TreePath.bytesOfText(source.toString()),
          Libc.O_PATH() | Libc.O_DIRECTORY(),
          0);
    } catch (ErrnoException e) {
      throw new CommandException(source + ": " + e.getMessage());
    }
  }

  private static Path directory(Path path, String what) throws CommandException {
    try {
      Path real = path.toRealPath();
      if (!Files.isDirectory(real)) {
        throw new CommandException(what + " " + path + " is not a directory");
      }
      return real;
    } catch (IOException e) {
      throw new CommandException(what + " " + path + " does not exist or cannot be reached: " + e);
    }
  }

  /// The mount point, checked. A mount whose daemon died is taken away first; it serves nobody.
  private Path mountpoint(Path source) throws CommandException, IOException {
    Path asked = settings.mountpoint().toAbsolutePath().normalize();
    Optional<Mountpoint> present = Mountpoint.at(asked);
    if (present.isPresent() && present.get().isVexfs()) {
      if (isAlive(asked)) {
        throw new CommandException(
            asked + " already shows " + present.get().source() + "; unmount it first");
      }
      HostProcess.unmount(TreePath.bytesOfText(asked.toString()));
    }
    Path mountpoint = directory(settings.mountpoint(), "the mount point");
    if (mountpoint.startsWith(source) && !mountpoint.equals(source)) {
      throw new CommandException(
          "the mount point "
              + mountpoint
              + " lies inside the source "
              + source
              + ", which would show itself without end");
    }
    return mountpoint;
  }

  private static boolean isAlive(Path mountpoint) {
    try (Host host = Host.borrow()) {
      host.fstatat(
          Libc.AT_FDCWD(), TreePath.bytesOfText(mountpoint.toString()), host.scratchStat());
      return true;
    } catch (ErrnoException e) {
      return e.errno() != Errno.ENOTCONN;
    }
  }
}
