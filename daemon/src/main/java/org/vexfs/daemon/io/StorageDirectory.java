package org.vexfs.daemon.io;

import java.io.Closeable;
import java.io.IOException;
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
  void delete(String name) throws IOException;

  /// Makes the names durable.
  void sync() throws IOException;

  /// Takes the lock that this file stands for; closing gives it back, and so does the end of the
  /// process, however it ends.
  ///
  /// @throws StorageBusyException where somebody else holds it
  Closeable lock(String name) throws IOException;
}
