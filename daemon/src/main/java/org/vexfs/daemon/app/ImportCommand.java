package org.vexfs.daemon.app;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.search.Query;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs import`.
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Gives many files vectors, in place of those they have. What FILE is, is told by its content"
          + " and name:",
      "  an archive of `vexfs export` (tar): its vectors, collections and paths;",
      "  JSON lines: {\"path\":\"a.md\",\"vector\":[0.1,0.2]}, with \"collection\" if need be;",
      "  .npy, .fvecs, .bvecs, .fbin: a matrix, with --paths naming the file of each row; rows"
          + " that follow one another and have the same path are one file's.",
      "Paths are relative to MOUNT/DIR. Files that are not there are named and passed over, and the"
          + " command exits with 1."
    },
    footer = {
      "",
      "Examples:",
      "  vexfs import /mnt/notes embeddings.npy --paths files.txt --metric cosine",
      "  embed *.md | vexfs import /mnt/notes -",
      "  vexfs import /mnt/other notes.tar"
    })
final class ImportCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final int TAR_MAGIC_OFFSET = 257;
  private static final byte[] TAR_MAGIC = "ustar".getBytes(StandardCharsets.US_ASCII);
  private static final int SNIFFED_BYTES = 512;

  @Parameters(
      paramLabel = "MOUNT/DIR",
      description = "a directory in a mount, to which the paths are relative",
      index = "0")
  private Path mount = Path.of("");

  @Parameters(
      paramLabel = "FILE",
      description = "what to import, - for standard input",
      index = "1")
  private String file = STANDARD_INPUT;

  @Option(
      names = "--paths",
      paramLabel = "LIST",
      description = "the paths of a matrix's rows, one a line or with NUL between them")
  private @Nullable Path paths;

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "the collection that gets the vectors (default: default)")
  private String collection = Query.DEFAULT_COLLECTION;

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      description =
          "how the collection measures, where it has no vectors yet: euclidean, cosine, dot,"
              + " manhattan or hamming")
  private @Nullable String metric;

  @Option(
      names = "--resume",
      description =
          "pass over files that have these very vectors already: goes on where an import"
              + " was interrupted")
  private boolean resume;

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    boolean done;
    if (!file.equals(STANDARD_INPUT) && MatrixFile.isNamed(Path.of(file))) {
      done = importMatrix(directory, Path.of(file));
    } else {
      try (InputStream in = new BufferedInputStream(open())) {
        done =
            isArchive(in)
                ? new ArchiveImport(directory, file).run(in)
                : importRows(directory, new JsonRows(file, in, size(), collection), "bytes");
      }
    }
    return done ? 0 : 1;
  }

  private boolean importMatrix(MountedDirectory directory, Path matrix)
      throws IOException, CommandException {
    if (paths == null) {
      throw new CommandException(
          "a matrix needs --paths, a list with the path of the file that each row belongs to");
    }
    return importRows(directory, new MatrixRows(matrix, paths, collection), "rows");
  }

  private boolean importRows(MountedDirectory directory, VectorRows rows, String unit)
      throws IOException, CommandException {
    try (rows) {
      if (metric != null) {
        new CollectionSettings(directory, collection).useMetric(metric);
      }
      return new BulkImport(directory, resume).run(rows, unit);
    }
  }

  private InputStream open() throws IOException {
    return file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(file));
  }

  private long size() throws IOException {
    return file.equals(STANDARD_INPUT) ? 0 : Files.size(Path.of(file));
  }

  /// Looks ahead only.
  private static boolean isArchive(InputStream in) throws IOException {
    in.mark(SNIFFED_BYTES);
    byte[] first = in.readNBytes(SNIFFED_BYTES);
    in.reset();
    boolean isTar = first.length == SNIFFED_BYTES;
    for (int i = 0; isTar && i < TAR_MAGIC.length; i++) {
      isTar = first[TAR_MAGIC_OFFSET + i] == TAR_MAGIC[i];
    }
    return isTar;
  }
}
