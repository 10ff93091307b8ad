package org.vexfs.daemon.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/// A flat directory of storage files.
///
/// What [#create], [#rename] and [#delete] did survives power loss only after [#sync].
public interface StorageDirectory {
  /// What people call this directory: its path.
  String describe();

  /// The names of the files here, sorted.
  List<String> list() throws IOException;

  /// A new, empty file, open for reading and writing; fails where the name is taken.
  StorageFile create(String name) throws IOException;

  /// An existing file, open for reading and writing.
  StorageFile open(String name) throws IOException;

  /// Gives a file another name, in one step; a file that had it is replaced.
  void rename(String from, String to) throws IOException;

  /// Removes a file.
  ///
  /// @throws NoSuchFileException where there is none
  void delete(String name) throws IOException;

  /// Makes the names durable.
  void sync() throws IOException;

  /// Writes the content of a file.
  ///
  /// @param <E> what it throws besides
  @FunctionalInterface
  interface Writing<E extends Exception> {
    /// Writes all of it.
    void to(StorageFile file) throws IOException, E;
  }

  /// Removes a file, where it is there.
  default void deleteIfPresent(String name) throws IOException {
    try {
      delete(name);
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  /// Writes a file anew and makes what it holds durable, though not its name. Where that fails,
  /// there is no such file.
  default <E extends Exception> void write(String name, Writing<E> writing) throws IOException, E {
    deleteIfPresent(name);
    boolean written = false;
    try (StorageFile file = create(name)) {
      writing.to(file);
      file.sync();
      written = true;
    } finally {
      if (!written) {
        deleteIfPresent(name);
      }
    }
  }

  /// Writes a file, durably and in one step: after a crash it is there as it was before, or after.
  ///
  /// @param aside under which name it is written; one that a crash left there means nothing
  default <E extends Exception> void replace(String name, String aside, Writing<E> writing)
      throws IOException, E {
    write(aside, writing);
    rename(aside, name);
    sync();
  }

  /// Takes the lock that this file stands for; closing gives it back, and so does the end of the
  /// process, however it ends.
  ///
  /// @throws StorageBusyException where somebody else holds it
  Closeable lock(String name) throws IOException;
}
