package org.vexfs.daemon.store;

import java.util.List;

/// A file that changed since the last checkpoint, as the next one will have it.
///
/// @param id the node's
/// @param inode the host's; 0 where it is not known
/// @param names all, at least one
/// @param entries all, at least one
record FreshFile(long id, long inode, List<Name> names, List<Entry> entries) {
  static FreshFile of(FileNode file) {
    return new FreshFile(file.id(), file.inode(), file.names(), file.entries());
  }
}
