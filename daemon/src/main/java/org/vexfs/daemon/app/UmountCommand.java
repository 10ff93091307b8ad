package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vexfs.daemon.base.TreePath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs umount`.
@Command(
    name = "umount",
    mixinStandardHelpOptions = true,
    description = {
      "Unmounts, and returns once the daemon has made its store durable and given it back."
    })
final class UmountCommand implements Callable<Integer> {
  private static final Duration DAEMON_PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(10);

  @Parameters(paramLabel = "MOUNTPOINT", description = "where it is mounted")
  private Path mountpoint = Path.of("");

  @Option(
      names = {"-l", "--lazy"},
      description = "take the mount away even while files in it are open")
  private boolean lazy;

  @Override
  public Integer call() throws Exception {
    Path path = mountpoint.toAbsolutePath().normalize();
    Optional<Mountpoint> mount = Mountpoint.at(path);
    if (mount.isEmpty() || !mount.get().isVexfs()) {
      throw new CommandException("no VexFS is mounted at " + mountpoint);
    }
    Optional<Daemon> daemon = daemon(path);
    String target = TreePath.bytesOfText(path.toString());
    if (!HostProcess.unmount(target, lazy)) {
      throw new CommandException(
          mountpoint + " cannot be unmounted: files in it are open; --lazy takes it away anyway");
    }
    if (daemon.isPresent() && !lazy) {
      awaitEnd(daemon.get());
    }
    return 0;
  }

  /// Who serves a mount.
  ///
  /// @param arguments of its process, while there is one
  /// @param lock of its store
  private record Daemon(Path arguments, Path lock) {
    /// Whether the process is there. One in another container is not seen, nor is one mistaken for
    /// it that has its number here; one that has ended and was not reaped has no arguments.
    boolean isAlive() {
      try {
        return Files.readString(arguments, StandardCharsets.ISO_8859_1)
            .contains(Main.class.getName());
      } catch (IOException gone) {
        return false;
      }
    }

    /// Whether it has the store. One out of this user's or this container's reach is not waited
    /// for.
    boolean hasStore() {
      try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
        return channel.tryLock() == null;
      } catch (IOException outOfReach) {
        return false;
      }
    }
  }

  /// The daemon of a mount; nothing where it is dead.
  private static Optional<Daemon> daemon(Path path) {
    try {
      MountedDirectory directory = new MountedDirectory(path);
      String pid = String.valueOf(directory.status().get("pid"));
      return Optional.of(
          new Daemon(Path.of("/proc", pid, "cmdline"), directory.store().resolve("lock")));
    } catch (IOException dead) {
      return Optional.empty();
    }
  }

  /// Waits until the daemon has given its store back and is gone.
  private static void awaitEnd(Daemon daemon) throws CommandException, InterruptedException {
    long deadline = System.nanoTime() + DAEMON_PATIENCE.toNanos();
    while (daemon.hasStore() || daemon.isAlive()) {
      if (System.nanoTime() > deadline) {
        throw new CommandException(
            "unmounted, but the daemon has not ended within "
                + DAEMON_PATIENCE.toSeconds()
                + " s; its store is locked by "
                + daemon.lock());
      }
      Thread.sleep(POLL_INTERVAL);
    }
  }
}
