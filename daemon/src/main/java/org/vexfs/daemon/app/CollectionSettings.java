package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The settings of a collection, through its `config`.
///
/// @param directory any directory of the mount
/// @param collection its name
record CollectionSettings(MountedDirectory directory, String collection) {
  /// Has the collection measure so, and makes it where it is not there.
  ///
  /// @throws CommandException where it has vectors and measures otherwise
  void useMetric(String metric) throws IOException, CommandException {
    Path config = directory.control("collections").resolve(collection).resolve("config");
    try {
      if (!Files.exists(config)) {
        Files.createDirectory(config.getParent());
      }
      if (!metric.equals(Json.object(Files.readString(config)).get("metric"))) {
        Files.writeString(config, "{\"metric\":\"" + metric + "\"}\n");
      }
    } catch (IOException e) {
      throw new CommandException(directory.causeOf(e));
    }
  }
}
