package org.vexfs.daemon.store;

import java.util.List;

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

  /// Two names, each of a directory or a file, change places. The nodes are 0 where a version
  /// before 3.1 wrote the record, which did not name them.
  record Exchange(
      long node, long otherNode, long parent, String name, long otherParent, String otherName)
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

  /// The host is about to change names. Open until the next record that changes the catalogue or
  /// what files have, or a [Settle].
  record Intend(Intent intent) implements LogRecord {}

  /// Nothing came of the intent, or nothing that concerns vectors.
  record Settle() implements LogRecord {}

  /// What a node is now, said again by compaction because the segment goes that said so: nothing
  /// changes by it. A node without names is gone.
  ///
  /// @param inode a file's
  /// @param collections those in which a file has an entry
  record Restate(
      long node, boolean directory, long inode, List<Place> names, List<Integer> collections)
      implements LogRecord {
    public Restate {
      names = List.copyOf(names);
      collections = List.copyOf(collections);
    }

    /// A node that is not there any more.
    static Restate gone(long node) {
      return new Restate(node, false, 0, List.of(), List.of());
    }
  }

  /// Where a name lies in the tree.
  record Place(long parent, String name) {}

  /// The segments with these numbers, and none but these, have been compacted: what counted of them
  /// is in others.
  record Retire(List<Numbers> segments) implements LogRecord {
    public Retire {
      segments = List.copyOf(segments);
    }
  }

  /// All numbers from the first to the last.
  record Numbers(long first, long last) {}
}
