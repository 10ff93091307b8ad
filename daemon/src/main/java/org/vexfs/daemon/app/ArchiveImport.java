package org.vexfs.daemon.app;

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

/// Gives the files of a mount the vectors that an archive of `vexfs export` has for their paths, in
/// place of those they have. Files that are not there are named and passed over.
final class ArchiveImport {
  private final MountedDirectory directory;
  private final String file;
  private long imported;
  private long failed;

  /// @param file what messages call the archive
  ArchiveImport(MountedDirectory directory, String file) {
    this.directory = directory;
    this.file = file;
  }

  /// Reads the archive to its end; returns whether every entry found its file.
  boolean run(InputStream input) throws IOException, CommandException {
    Path manifest = Files.createTempFile("vexfs-import", ".jsonl");
    try (TarReader archive = new TarReader(input)) {
      Optional<TarReader.Member> first = archive.next();
      if (first.isEmpty() || !first.get().name().equals(VectorArchive.MANIFEST)) {
        throw new CommandException(file + " is no archive of `vexfs export`");
      }
      try (OutputStream out = Files.newOutputStream(manifest)) {
        archive.copyTo(out);
      }
      try (BufferedReader lines = Files.newBufferedReader(manifest)) {
        configure(head(lines));
        importEntries(archive, lines);
      }
    } finally {
      Files.delete(manifest);
    }
    System.err.printf(
        "%d entries imported%s%n", imported, failed == 0 ? "" : ", " + failed + " failed");
    return failed == 0;
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
  private void configure(Map<String, Object> head) throws IOException, CommandException {
    if (!(head.get("collections") instanceof List<?> collections)) {
      throw new CommandException("the manifest tells of no collections");
    }
    for (Object each : collections) {
      if (each instanceof Map<?, ?> collection) {
        makeCollection(collection);
      }
    }
  }

  private void makeCollection(Map<?, ?> collection) throws IOException, CommandException {
    String name = String.valueOf(collection.get("name"));
    new CollectionSettings(directory, name)
        .use(
            String.valueOf(collection.get("metric")),
            Optional.ofNullable(collection.get("embedder")).map(String::valueOf));
  }

  private void importEntries(TarReader archive, BufferedReader lines)
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
      importEntry(archive, entry);
    }
    if (lines.readLine() != null) {
      throw new CommandException(file + " is cut off");
    }
  }

  /// A file may have several names, of which one that is there is enough.
  private void importEntry(TarReader archive, Map<String, Object> entry) throws IOException {
    Optional<Path> present =
        entry.get("paths") instanceof List<?> paths
            ? paths.stream()
                .flatMap(path -> below(String.valueOf(path)).stream())
                .filter(Files::isRegularFile)
                .findFirst()
            : Optional.empty();
    if (present.isEmpty()) {
      failed++;
      System.err.println("vexfs: there is no file " + entry.get("paths"));
      return;
    }
    Path vectors =
        directory.vectors(
            String.valueOf(entry.get("collection")), directory.path().relativize(present.get()));
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
  private Optional<Path> below(String path) {
    try {
      Path file = directory.path().resolve(path).normalize();
      return Optional.of(file).filter(normal -> normal.startsWith(directory.path()));
    } catch (InvalidPathException notEncodable) {
      return Optional.empty();
    }
  }
}
