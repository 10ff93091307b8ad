package org.vexfs.daemon.search;

import java.util.Optional;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.store.FileNode;

/// What the host knows of files, for filters. Any thread may ask, several at once.
///
/// What is asked of a host is kept, since a search may put its filter to every file. A change that
/// was made through the mount before a search began is seen by it. One that was made behind the
/// mount is seen after as long as the kernel may keep attributes, and at once where it would make a
/// hit of a file that is none.
public interface FactSource {
  /// What is kept of a file and may still be used; empty where it has to be asked for.
  ///
  /// @param attributes which of its attributes are wanted, one char a byte
  Optional<FileFacts> kept(FileNode file, Set<String> attributes);

  /// The same, asked of the host where nothing is kept; empty where the file is not at `path`.
  Optional<FileFacts> of(FileNode file, TreePath path, Set<String> attributes);

  /// What is true of the file at `path` now; empty where there is none.
  Optional<FileFacts> now(FileNode file, TreePath path, Set<String> attributes);
}
