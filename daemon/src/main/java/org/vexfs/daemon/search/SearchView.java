package org.vexfs.daemon.search;

import java.util.Optional;
import java.util.SortedMap;
import org.vexfs.daemon.base.TreePath;

/// What the asker of a query may see of SOURCE.
public interface SearchView {
  /// Whether the file is there and the asker may read it.
  boolean isVisible(TreePath path);

  /// The file's `user.*` attributes as text.
  SortedMap<String, String> attributes(TreePath path);

  /// What filters ask about files, whoever asks.
  FactSource facts();

  /// What answers depend on; empty where answers are not to be kept.
  Optional<HostState> state();
}
