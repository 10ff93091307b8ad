package org.vexfs.daemon.store;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A directory below which vectors are. One that was dropped is no ancestor of anything any more.
public final class DirectoryNode extends Node {
  /// Where this hangs; null for the root and for what was dropped. Volatile, because [#isWithin]
  /// follows it without a lock.
  private volatile @Nullable Name name;

  /// Changed and read under the store's `naming` lock.
  private final Map<String, Node> children = new HashMap<>();

  /// Names here of files at rest, which are not among the children.
  private int resting;

  DirectoryNode(long id) {
    super(id);
  }

  @Nullable Name name() {
    return name;
  }

  void hang(@Nullable Name name) {
    this.name = name;
  }

  /// How many names here are those of files at rest.
  int resting() {
    return resting;
  }

  void addResting(int more) {
    resting += more;
  }

  /// Whether nothing hangs here.
  boolean isEmpty() {
    return resting == 0 && children.isEmpty();
  }

  /// What hangs here but files at rest ([FilesAtRest]).
  Map<String, Node> children() {
    return children;
  }

  boolean isRoot() {
    return id() == Catalogue.ROOT_ID;
  }

  /// Whether this is `directory` or lies below it. Takes no lock; while a directory is being
  /// renamed, the answer is that of before or after.
  boolean isWithin(DirectoryNode directory) {
    DirectoryNode node = this;
    while (!node.equals(directory)) {
      Name above = node.name;
      if (above == null) {
        return false;
      }
      node = above.parent();
    }
    return true;
  }
}
