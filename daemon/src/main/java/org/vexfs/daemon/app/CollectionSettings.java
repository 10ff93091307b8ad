package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The settings of a collection, through its `config`.
///
/// @param directory any directory of the mount
/// @param collection its name
record CollectionSettings(MountedDirectory directory, String collection) {
  /// Makes the collection where it is not there.
  void make() throws IOException {
    Path path = directory.collection(collection);
    if (!Files.exists(path)) {
      Files.createDirectory(path);
    }
  }

  /// What the collection is set to; nothing of one that is not there.
  Map<String, Object> read() throws IOException {
    return Json.object(Files.readString(config()));
  }

  /// Has the collection measure so, and makes it where it is not there.
  ///
  /// @throws CommandException where it has vectors and measures otherwise
  void useMetric(String metric) throws IOException, CommandException {
    try {
      make();
      if (!metric.equals(read().get("metric"))) {
        write("{\"metric\":\"%s\"}%n".formatted(metric));
      }
    } catch (IOException e) {
      throw new CommandException(directory.causeOf(e));
    }
  }

  /// Has the collection measure so and, where one is named, take the vectors of this embedder;
  /// makes it where it is not there.
  ///
  /// @throws CommandException where it has vectors and is set otherwise
  void use(String metric, Optional<String> embedder) throws IOException, CommandException {
    String object =
        embedder
            .map(name -> "{\"metric\":\"%s\",\"embedder\":\"%s\"}%n".formatted(metric, name))
            .orElseGet(() -> "{\"metric\":\"%s\"}%n".formatted(metric));
    try {
      make();
      write(object);
    } catch (IOException e) {
      throw new CommandException(directory.causeOf(e));
    }
  }

  private void write(String object) throws IOException {
    Files.writeString(config(), object);
  }

  private Path config() {
    return directory.collection(collection).resolve("config");
  }
}
