package org.vexfs.daemon.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vexfs.daemon.base.VectorFailure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `vexfs snapshot`.
@Command(
    name = "snapshot",
    mixinStandardHelpOptions = true,
    description = {
      "Copies the store of a mount, as it is at one moment, while the mount goes on.",
      "On one file system most of it is linked, and takes neither time nor room. A copy is a store:"
          + " `vexfs mount --store DIR` takes it."
    })
final class SnapshotCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MOUNT",
      description = "the mount point or a directory in it",
      index = "0")
  private Path mount = Path.of("");

  @Parameters(paramLabel = "DIR", description = "a directory to make, or an empty one", index = "1")
  private Path target = Path.of("");

  @Override
  public Integer call() throws Exception {
    try {
      StoreSnapshot.take(MountedDirectory.of(mount).store(), target);
    } catch (VectorFailure e) {
      throw new CommandException(e);
    }
    System.out.println(target + ": copied");
    return 0;
  }
}
