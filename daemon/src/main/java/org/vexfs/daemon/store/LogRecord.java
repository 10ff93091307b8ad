package org.vexfs.daemon.store;

/// What one record of the log says happened. FORMAT.md gives the bytes; [RecordCodec] turns one
/// into the other.
///
/// Names are bytes, one char a byte, as in [org.vexfs.daemon.base.TreePath]. Nodes are named by
/// their ids; a name's place in the tree is the directory that holds it and the name itself.
sealed interface LogRecord {
  /// A collection comes to be, or its settings change while it has no vector. `dimension` is 0
  /// until the first vector; `embedder` is empty where there is none.
  record DefineCollection(int id, String name, String metric, int dimension, String embedder)
      implements LogRecord {}

  /// A directory or file comes to be in the catalogue.
  record CreateNode(long id, long parent, String name, boolean directory, long inode)
      implements LogRecord {}

  /// A file gets a further name.
  record Link(long node, long parent, String name) implements LogRecord {}

  /// A directory, with all below it, or one name of a file goes elsewhere.
  record Move(long node, long fromParent, String fromName, long toParent, String toName)
      implements LogRecord {}

  /// Two names, each of a directory or a file, change places.
  record Exchange(long parent, String name, long otherParent, String otherName)
      implements LogRecord {}

  /// A directory, with all below it, or one name of a file goes away.
  record Unlink(long node, long parent, String name) implements LogRecord {}

  /// A file is now another inode of the host.
  record Rebind(long node, long inode) implements LogRecord {}

  /// A file gets an entry in a collection, in place of the one it may have had. The values follow
  /// the record's fixed part.
  record Put(long node, int collection, int rows, int dimension) implements LogRecord {}

  /// A file's entry in a collection lies here from now on: compaction copied it. The values, which
  /// are the same as before, follow the record's fixed part.
  record Relocate(long node, int collection, int rows, int dimension) implements LogRecord {}

  /// A file's entry in a collection goes away.
  record Delete(long node, int collection) implements LogRecord {}

  /// Everything before was durable when this was written: the store was closed.
  record Seal() implements LogRecord {}
}
