package org.vexfs.daemon.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.search.HashingEmbedder;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.search.TextSniffer;
import org.vexfs.daemon.search.VectorAttribute;
import org.vexfs.daemon.store.VectorValues;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs index`.
@Command(
    name = "index",
    mixinStandardHelpOptions = true,
    description = {
      "Gives every text file below a directory of a mount a vector, so that it is found by words"
          + " and by similarity.",
      "The vectors are lexical: they tell which words and parts of words a text has, not what it"
          + " means."
    })
final class IndexCommand implements Callable<Integer> {
  /// Bytes that decide whether a file is text.
  private static final int PREFIX_BYTES = 8192;

  @Parameters(paramLabel = "MOUNT/DIR", description = "a directory in a mount")
  private Path path = Path.of("");

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "the collection that gets the vectors (default: default)")
  private String collection = Query.DEFAULT_COLLECTION;

  private final HashingEmbedder embedder = new HashingEmbedder();
  private int indexed;
  private int skipped;
  private int failed;

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(path);
    configure(directory);
    List<Path> files = files(directory.path());
    try (ProgressBar progress = new ProgressBar("files", files.size())) {
      for (Path file : files) {
        index(directory, file);
        progress.step();
      }
    }
    System.out.printf(
        "indexed %d files in collection %s; %d are no text%s%n",
        indexed, collection, skipped, failed == 0 ? "" : ", " + failed + " failed");
    return failed == 0 ? 0 : 1;
  }

  /// Makes the collection one that holds this embedder's vectors, unless it is.
  private void configure(MountedDirectory directory) throws IOException, CommandException {
    CollectionSettings settings = new CollectionSettings(directory, collection);
    settings.make();
    Map<String, Object> present = settings.read();
    if (HashingEmbedder.NAME.equals(present.get("embedder"))) {
      return;
    }
    if (!Long.valueOf(0).equals(present.get("dimension"))) {
      throw new CommandException(
          "collection "
              + collection
              + " has vectors of another origin; name another with --collection");
    }
    settings.use("cosine", Optional.of(HashingEmbedder.NAME));
  }

  private static List<Path> files(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            System.err.println("vexfs: " + file + ": " + e.getMessage());
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  private void index(MountedDirectory directory, Path file) {
    try {
      Optional<VectorMatrix> vector = text(file).flatMap(embedder::embed);
      if (vector.isEmpty()) {
        skipped++;
        return;
      }
      Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
          .write(
              VectorAttribute.javaNameOf(collection),
              ByteBuffer.wrap(VectorValues.toRaw(vector.get())));
      indexed++;
    } catch (IOException e) {
      failed++;
      System.err.println("vexfs: " + file + ": " + directory.causeOf(e));
    }
  }

  /// The text of a file, of a long one the beginning; none where it is no text.
  private static Optional<String> text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] prefix = in.readNBytes(PREFIX_BYTES);
      if (!TextSniffer.isText(prefix, prefix.length)) {
        return Optional.empty();
      }
      byte[] rest = in.readNBytes(HashingEmbedder.MAX_TEXT_CHARS - prefix.length);
      byte[] all = new byte[prefix.length + rest.length];
      System.arraycopy(prefix, 0, all, 0, prefix.length);
      System.arraycopy(rest, 0, all, prefix.length, rest.length);
      return TextSniffer.decode(all, all.length);
    }
  }
}
