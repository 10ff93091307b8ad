package org.vexfs.daemon.search;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.store.FileNode;

/// A host without files: everybody may see everything, and what filters are told of files is what
/// they were given here.
public final class OpenView implements SearchView, FactSource {
  private final Map<TreePath, FileFacts> files = new ConcurrentHashMap<>();

  /// Says what is true of a file.
  public void give(TreePath path, FileFacts facts) {
    files.put(path, facts);
  }

  @Override
  public boolean isVisible(TreePath path) {
    return true;
  }

  @Override
  public SortedMap<String, String> attributes(TreePath path) {
    return new TreeMap<>();
  }

  @Override
  public FactSource facts() {
    return this;
  }

  @Override
  public Optional<FileFacts> kept(FileNode file, Set<String> attributes) {
    return Optional.empty();
  }

  @Override
  public Optional<FileFacts> of(FileNode file, TreePath path, Set<String> attributes) {
    return Optional.ofNullable(files.get(path));
  }

  @Override
  public Optional<FileFacts> now(FileNode file, TreePath path, Set<String> attributes) {
    return of(file, path, attributes);
  }
}
