package org.vexfs.daemon.search;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.VectorStore;

/// A filter over the files of a search. A file passes by any of its paths below the directory.
/// Asked on several threads at once.
final class FileFilter {
  private static final FileFacts NO_FACTS = new FileFacts(0, 0, 0, 0, 0, Map.of());

  private final VectorStore store;
  private final TreePath directory;
  private final Filter filter;
  private final FactSource facts;
  private final Set<String> attributes = new HashSet<>();
  private final boolean asksForPath;
  private final boolean asksHost;

  /// A filter over the files below `directory`, of which `facts` knows what the host does.
  FileFilter(VectorStore store, TreePath directory, Filter filter, FactSource facts) {
    this.store = store;
    this.directory = directory;
    this.filter = filter;
    this.facts = facts;
    Set<FilterKey> keys = new HashSet<>();
    filter.addKeys(keys);
    boolean paths = false;
    boolean host = false;
    for (FilterKey key : keys) {
      if (key instanceof FilterKey.Attribute attribute) {
        attributes.add(attribute.name());
      }
      boolean isPath = key == FilterKey.OfFile.PATH || key == FilterKey.OfFile.NAME;
      paths |= isPath;
      host |= !isPath;
    }
    this.asksForPath = paths;
    this.asksHost = host;
  }

  /// Whether what the host knows of files matters.
  boolean asksHost() {
    return asksHost;
  }

  /// Whether a file, which lies below the directory, passes as far as is known.
  boolean test(FileNode file) {
    if (!asksForPath && asksHost) {
      // The common case, and much the cheapest: nobody has to know where the file lies.
      Optional<FileFacts> kept = facts.kept(file, attributes);
      if (kept.isPresent()) {
        return filter.test(TreePath.ROOT, kept.get());
      }
    }
    for (TreePath path : store.paths(file)) {
      if (path.isWithin(directory) && passes(path, known(file, path))) {
        return true;
      }
    }
    return false;
  }

  /// Whether a file passes by this path now.
  boolean testNow(FileNode file, TreePath path) {
    return passes(path, asksHost ? facts.now(file, path, attributes) : Optional.of(NO_FACTS));
  }

  private Optional<FileFacts> known(FileNode file, TreePath path) {
    return asksHost ? facts.of(file, path, attributes) : Optional.of(NO_FACTS);
  }

  private boolean passes(TreePath path, Optional<FileFacts> known) {
    return known.isPresent()
        && filter.test(asksForPath ? path.relativeTo(directory) : TreePath.ROOT, known.get());
  }
}
