package org.vexfs.daemon.app;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `vexfs import`.
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Gives the files of a mount the vectors that an archive of `vexfs export` has for their"
          + " paths, in place of those they have.",
      "Files that are not there are named and passed over, and the command exits with 1."
    })
final class ImportCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  @Parameters(
      paramLabel = "MOUNT/DIR",
      description = "a directory in a mount, to which the paths are relative",
      index = "0")
  private Path mount = Path.of("");

  @Parameters(
      paramLabel = "FILE",
      description = "the archive to read, - for standard input",
      index = "1")
  private String file = STANDARD_INPUT;

  private long imported;
  private long failed;

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    Path manifest = Files.createTempFile("vexfs-import", ".jsonl");
    try (TarReader archive = new TarReader(input())) {
      Optional<TarReader.Member> first = archive.next();
      if (first.isEmpty() || !first.get().name().equals(VectorArchive.MANIFEST)) {
        throw new CommandException(file + " is no archive of `vexfs export`");
      }
      try (OutputStream out = Files.newOutputStream(manifest)) {
        archive.copyTo(out);
      }
      try (BufferedReader lines = Files.newBufferedReader(manifest)) {
        configure(directory, head(lines));
        importEntries(directory, archive, lines);
      }
    } finally {
      Files.delete(manifest);
    }
    System.err.printf(
        "%d entries imported%s%n", imported, failed == 0 ? "" : ", " + failed + " failed");
    return failed == 0 ? 0 : 1;
  }

  private InputStream input() throws IOException {
    return new BufferedInputStream(
        file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(file)));
  }

  private Map<String, Object> head(BufferedReader lines) throws IOException, CommandException {
    String line = lines.readLine();
    Map<String, Object> head = line == null ? Map.of() : Json.object(line);
    if (!VectorArchive.FORMAT.equals(head.get("format"))) {
      throw new CommandException(file + " is no archive of `vexfs export`");
    }
    if (!Long.valueOf(VectorArchive.VERSION).equals(head.get("version"))) {
      throw new CommandException(
          file
              + " is an archive of version "
              + head.get("version")
              + ", and this program reads version "
              + VectorArchive.VERSION);
    }
    return head;
  }

  /// Makes the collections that are not there, with their settings. Those that have vectors must
  /// have the same.
  private static void configure(MountedDirectory directory, Map<String, Object> head)
      throws IOException, CommandException {
    if (!(head.get("collections") instanceof List<?> collections)) {
      throw new CommandException("the manifest tells of no collections");
    }
    for (Object each : collections) {
      if (each instanceof Map<?, ?> collection) {
        makeCollection(directory, collection);
      }
    }
  }

  private static void makeCollection(MountedDirectory directory, Map<?, ?> collection)
      throws IOException, CommandException {
    String name = String.valueOf(collection.get("name"));
    Path config = directory.control("collections").resolve(name).resolve("config");
    if (!Files.exists(config)) {
      Files.createDirectory(config.getParent());
    }
    Object embedder = collection.get("embedder");
    String settings =
        embedder == null
            ? "{\"metric\":\"%s\"}%n".formatted(collection.get("metric"))
            : "{\"metric\":\"%s\",\"embedder\":\"%s\"}%n"
                .formatted(collection.get("metric"), embedder);
    try {
      Files.writeString(config, settings);
    } catch (IOException e) {
      throw new CommandException(directory.causeOf(e));
    }
  }

  private void importEntries(MountedDirectory directory, TarReader archive, BufferedReader lines)
      throws IOException, CommandException {
    for (Optional<TarReader.Member> member = archive.next();
        member.isPresent();
        member = archive.next()) {
      String line = lines.readLine();
      Map<String, Object> entry = line == null ? Map.of() : Json.object(line);
      if (!member.get().name().equals(entry.get("member"))) {
        throw new CommandException(
            "the manifest and the archive do not fit at " + member.get().name());
      }
      importEntry(directory, archive, entry);
    }
    if (lines.readLine() != null) {
      throw new CommandException(file + " is cut off");
    }
  }

  /// A file may have several names, of which one that is there is enough.
  private void importEntry(MountedDirectory directory, TarReader archive, Map<String, Object> entry)
      throws IOException {
    Optional<Path> present =
        entry.get("paths") instanceof List<?> paths
            ? paths.stream()
                .flatMap(path -> below(directory, String.valueOf(path)).stream())
                .filter(Files::isRegularFile)
                .findFirst()
            : Optional.empty();
    if (present.isEmpty()) {
      failed++;
      System.err.println("vexfs: there is no file " + entry.get("paths"));
      return;
    }
    Path vectors =
        directory
            .control("collections")
            .resolve(String.valueOf(entry.get("collection")))
            .resolve("vectors")
            .resolve(directory.path().relativize(present.get()) + ".npy");
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    archive.copyTo(content);
    try {
      Files.write(vectors, content.toByteArray());
      imported++;
    } catch (IOException e) {
      failed++;
      System.err.println("vexfs: " + present.get() + ": " + directory.causeOf(e));
    }
  }

  /// The file of this path, if it can be one below the directory.
  private static Optional<Path> below(MountedDirectory directory, String path) {
    try {
      Path file = directory.path().resolve(path).normalize();
      return Optional.of(file).filter(normal -> normal.startsWith(directory.path()));
    } catch (InvalidPathException notEncodable) {
      return Optional.empty();
    }
  }
}
