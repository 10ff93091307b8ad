package org.vexfs.daemon.app;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs export`.
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the vectors of a mount to FILE. What it writes is told by FILE's name:",
      "  NAME.npy: the vectors of one collection as a NumPy array of shape (n, d), for numpy.load and"
          + " numpy.memmap, and the path of each row's file, a line each, to NAME.paths;",
      "  anything else, or - for standard output: an archive (tar) of all collections with their"
          + " settings, which any version's `vexfs import` and other programs read. It has"
          + " manifest.jsonl, whose first line tells of the collections and each other one of an"
          + " entry, and the entries as NumPy files.",
      "`vexfs import` takes both."
    },
    footer = {
      "",
      "Examples:",
      "  vexfs export /mnt/notes notes.tar",
      "  vexfs export /mnt/notes/docs docs.npy --collection clip"
    })
final class ExportCommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";
  private static final String TEMPORARY_PREFIX = "export-";
  private static final String MATRIX_SUFFIX = ".npy";
  private static final String LIST_SUFFIX = ".paths";

  @Parameters(
      paramLabel = "MOUNT",
      description = "the mount point; for an array, a directory in it whose files are meant",
      index = "0")
  private Path mount = Path.of("");

  @Parameters(
      paramLabel = "FILE",
      description = "the file to write, - for an archive on standard output",
      index = "1")
  private String file = STANDARD_OUTPUT;

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "the collection of an array (default: default)")
  private String collection = Query.DEFAULT_COLLECTION;

  @Option(
      names = "--paths",
      paramLabel = "LIST",
      description = "where the paths of an array's rows go, if not to NAME.paths")
  private @Nullable Path paths;

  @Option(
      names = {"-0", "--null"},
      description = "paths end with NUL instead of a line feed, which names may have in them")
  private boolean nul;

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    Path store = directory.store();
    // In the store's own directory, where links to its files can be made.
    Path copy = Files.createTempDirectory(store, TEMPORARY_PREFIX);
    try {
      StoreSnapshot.take(store, copy);
      VectorStore opened = StoreSnapshot.open(copy);
      try {
        if (file.endsWith(MATRIX_SUFFIX)) {
          writeMatrix(directory, opened);
        } else {
          writeArchive(opened, copy);
        }
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

  private void writeArchive(VectorStore store, Path scratch) throws IOException, VectorFailure {
    try (OutputStream out = output();
        TarWriter archive = new TarWriter(out)) {
      long entries = new VectorArchive.Writing(store, archive, scratch).write();
      System.err.println(entries + " entries exported");
    }
  }

  private void writeMatrix(MountedDirectory directory, VectorStore store)
      throws IOException, VectorFailure, CommandException {
    VectorCollection exported =
        store
            .collection(TreePath.bytesOfText(collection))
            .filter(present -> present.dimension() != 0)
            .orElseThrow(
                () -> new CommandException("collection " + collection + " has no vectors"));
    Path list =
        paths != null
            ? paths
            : Path.of(file.substring(0, file.length() - MATRIX_SUFFIX.length()) + LIST_SUFFIX);
    long rows =
        new MatrixExport(store, exported, directory.inMount())
            .write(Path.of(file), list, nul ? '\0' : '\n');
    System.err.println(rows + " vectors exported, with their paths in " + list);
  }

  private OutputStream output() throws IOException {
    return new BufferedOutputStream(
        file.equals(STANDARD_OUTPUT)
            ? new FileOutputStream(FileDescriptor.out)
            : Files.newOutputStream(Path.of(file)));
  }
}
