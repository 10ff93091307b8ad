package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
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
    Optional<Path> store = store(path);
    String target = TreePath.bytesOfText(path.toString());
    if (!HostProcess.unmount(target, lazy)) {
      throw new CommandException(
          mountpoint + " cannot be unmounted: files in it are open; --lazy takes it away anyway");
    }
    if (store.isPresent() && !lazy) {
      awaitStore(store.get());
    }
    return 0;
  }

  /// Where the mount keeps its vectors; nothing where its daemon is dead.
  private static Optional<Path> store(Path path) {
    try {
      return Optional.of(Path.of(String.valueOf(new MountedDirectory(path).status().get("store"))));
    } catch (IOException dead) {
      return Optional.empty();
    }
  }

  /// Waits until the daemon has given the lock of its store back. A store out of this user's or
  /// this container's reach is not waited for.
  private static void awaitStore(Path store) throws CommandException, InterruptedException {
    long deadline = System.nanoTime() + DAEMON_PATIENCE.toNanos();
    while (isLocked(store.resolve("lock"))) {
      if (System.nanoTime() > deadline) {
        throw new CommandException(
            "unmounted, but the daemon still holds the store "
                + store
                + " after "
                + DAEMON_PATIENCE.toSeconds()
                + " s");
      }
      Thread.sleep(POLL_INTERVAL);
    }
  }

  private static boolean isLocked(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      return lock == null;
    } catch (IOException outOfReach) {
      return false;
    }
  }
}
