package org.vexfs.daemon.search;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.store.FileNode;

/// A host without files: everybody may see everything that is not hidden, and what filters are told
/// of files is what they were given here.
public final class OpenView implements SearchView, FactSource {
  private final Map<TreePath, FileFacts> files = new ConcurrentHashMap<>();
  private final Set<TreePath> hidden = ConcurrentHashMap.newKeySet();
  private Optional<HostState> state = Optional.empty();

  /// Says what is true of a file.
  public void give(TreePath path, FileFacts facts) {
    files.put(path, facts);
  }

  /// Lets answers be kept, as depending on this.
  void stand(HostState newState) {
    state = Optional.of(newState);
  }

  /// Lets nobody see a file any more.
  void hide(TreePath path) {
    hidden.add(path);
  }

  @Override
  public boolean isVisible(TreePath path) {
    return !hidden.contains(path);
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
  public Optional<HostState> state() {
    return state;
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
