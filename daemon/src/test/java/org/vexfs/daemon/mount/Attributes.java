package org.vexfs.daemon.mount;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Objects;

/// Extended attributes of the `user` namespace, under names without that prefix.
final class Attributes {
  /// The attribute that is a file's entry in the collection `default`.
  static final String VECTOR = "vexfs.vector";

  private Attributes() {}

  static void set(Path file, String name, byte[] value) throws IOException {
    of(file).write(name, ByteBuffer.wrap(value));
  }

  static void set(Path file, String name, String value) throws IOException {
    set(file, name, value.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] get(Path file, String name) throws IOException {
    UserDefinedFileAttributeView view = of(file);
    ByteBuffer value = ByteBuffer.allocate(view.size(name));
    view.read(name, value);
    return value.array();
  }

  static void remove(Path file, String name) throws IOException {
    of(file).delete(name);
  }

  /// The names, sorted.
  static List<String> names(Path file) throws IOException {
    return of(file).list().stream().sorted().toList();
  }

  /// Gives a file its vector in the collection `default`.
  static void attach(Path file, float... vector) throws IOException {
    set(file, VECTOR, Forms.raw(vector));
  }

  /// A file's vector in the collection `default`.
  static List<Float> vector(Path file) throws IOException {
    return Forms.floats(get(file, VECTOR));
  }

  private static UserDefinedFileAttributeView of(Path file) {
    return Objects.requireNonNull(
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class));
  }
}
