package org.vexfs.daemon.app;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.store.VectorStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `vexfs export`.
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes all vectors of a mount, with the paths of their files and the collections' settings,"
          + " to a tar archive that any version's `vexfs import` and other programs read.",
      "The archive has manifest.jsonl, whose first line tells of the collections and each other one"
          + " of an entry, and the entries as NumPy files."
    })
final class ExportCommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";
  private static final String TEMPORARY_PREFIX = "export-";

  @Parameters(
      paramLabel = "MOUNT",
      description = "the mount point or a directory in it",
      index = "0")
  private Path mount = Path.of("");

  @Parameters(
      paramLabel = "FILE",
      description = "the archive to write, - for standard output",
      index = "1")
  private String file = STANDARD_OUTPUT;

  @Override
  public Integer call() throws Exception {
    Path store = MountedDirectory.of(mount).store();
    // In the store's own directory, where links to its files can be made.
    Path copy = Files.createTempDirectory(store, TEMPORARY_PREFIX);
    try {
      StoreSnapshot.take(store, copy);
      VectorStore opened = StoreSnapshot.open(copy);
      try (OutputStream out = output();
          TarWriter archive = new TarWriter(out)) {
        long entries = new VectorArchive.Writing(opened, archive, copy).write();
        System.err.println(entries + " entries exported");
      } finally {
        opened.close();
      }
    } catch (VectorFailure e) {
      throw new CommandException(e);
    } finally {
      StoreSnapshot.remove(copy);
      Files.delete(copy);
    }
    return 0;
  }

  private OutputStream output() throws IOException {
    return new BufferedOutputStream(
        file.equals(STANDARD_OUTPUT)
            ? new FileOutputStream(FileDescriptor.out)
            : Files.newOutputStream(Path.of(file)));
  }
}
