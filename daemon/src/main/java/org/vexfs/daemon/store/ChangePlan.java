package org.vexfs.daemon.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorMatrix;

/// The records of one change while they are put together. They count together or not at all.
///
/// Plans from the contents as they are, which must not change meanwhile: the writer lock is held.
final class ChangePlan {
  private static final float[] NO_VALUES = {};

  private final Catalogue catalogue;
  private final List<LogRecord> records = new ArrayList<>();

  private final Set<Name> unlinked = new HashSet<>();

  private float[] values = NO_VALUES;
  private long lastId;

  ChangePlan(Catalogue catalogue) {
    this.catalogue = catalogue;
    this.lastId = catalogue.lastId();
  }

  List<LogRecord> records() {
    return records;
  }

  /// The values of the put among the records; none without one.
  float[] values() {
    return values;
  }

  void define(LogRecord.DefineCollection record) {
    records.add(record);
  }

  void put(long file, int collection, VectorMatrix matrix) {
    records.add(new LogRecord.Put(file, collection, matrix.rows(), matrix.dimension()));
    values = matrix.values();
  }

  void delete(FileNode file, VectorCollection collection) {
    records.add(new LogRecord.Delete(file.id(), collection.id()));
  }

  /// Takes what is known at `path`, if anything, out of the tree.
  void drop(TreePath path) {
    catalogue.find(path).ifPresent(node -> unlink(node, path));
  }

  private void unlink(Node node, TreePath path) {
    DirectoryNode parent = catalogue.findDirectory(path.parent()).orElseThrow();
    unlink(node, new Name(parent, path.name()));
  }

  /// Once only: a file that is gone may also be in the way of a directory.
  private void unlink(Node node, Name name) {
    if (unlinked.add(name)) {
      records.add(new LogRecord.Unlink(node.id(), name.parent().id(), name.text()));
    }
  }

  /// The directory at `path`, made where it is missing; a file that is in the way was replaced by a
  /// directory behind the mount and goes.
  private long directory(TreePath path) {
    long parent = Catalogue.ROOT_ID;
    TreePath reached = TreePath.ROOT;
    boolean known = true;
    for (String name : path.names()) {
      reached = reached.child(name);
      Optional<Node> node = known ? catalogue.find(reached) : Optional.empty();
      if (node.isPresent() && node.get() instanceof DirectoryNode directory) {
        parent = directory.id();
      } else {
        if (node.isPresent()) {
          unlink(node.get(), reached);
        }
        known = false;
        parent = create(parent, name, true, 0);
      }
    }
    return parent;
  }

  private long create(long parent, String name, boolean directory, long inode) {
    lastId++;
    records.add(new LogRecord.CreateNode(lastId, parent, name, directory, inode));
    return lastId;
  }

  /// Writes down what a resolution found out about `path`, and gives the id of its file, which is
  /// made where it is not known.
  long fileAt(TreePath path, long inode, Resolution resolution) {
    settle(path, inode, resolution);
    if (resolution.file().isPresent()) {
      return resolution.file().get().id();
    }
    if (!resolution.lostName()) {
      drop(path);
    }
    return create(directory(path.parent()), path.name(), false, inode);
  }

  /// Writes down what a resolution found out about `path`.
  void settle(TreePath path, long inode, Resolution resolution) {
    for (FileNode stale : resolution.stale()) {
      for (Name name : stale.names()) {
        unlink(stale, name);
      }
    }
    if (resolution.lostName()) {
      drop(path);
    }
    if (resolution.file().isPresent()) {
      FileNode file = resolution.file().get();
      if (resolution.missingName()) {
        if (!resolution.lostName()) {
          drop(path);
        }
        link(file, path);
      } else if (inode != 0 && file.inode() != inode) {
        records.add(new LogRecord.Rebind(file.id(), inode));
      }
    }
  }

  /// Gives a file a further name where nothing is known.
  private void link(FileNode file, TreePath added) {
    records.add(new LogRecord.Link(file.id(), directory(added.parent()), added.name()));
  }

  /// Moves what is known at `from` to `to`, where nothing is known.
  private void move(Node node, TreePath from, TreePath to) {
    long fromParent = catalogue.findDirectory(from.parent()).orElseThrow().id();
    records.add(
        new LogRecord.Move(node.id(), fromParent, from.name(), directory(to.parent()), to.name()));
  }

  /// Lets what is known at either path change places.
  private void exchange(TreePath path, TreePath other) {
    records.add(
        new LogRecord.Exchange(
            catalogue.findDirectory(path.parent()).orElseThrow().id(),
            path.name(),
            catalogue.findDirectory(other.parent()).orElseThrow().id(),
            other.name()));
  }

  /// What is known at `from` is at `to` from now on, and what was known there is gone.
  void rename(TreePath from, TreePath to) {
    Optional<Node> node = catalogue.find(from);
    Optional<Node> replaced = catalogue.find(to);
    if (node.isPresent() && node.equals(replaced)) {
      // rename(2) leaves two names of one file as they are.
      return;
    }
    drop(to);
    node.ifPresent(moved -> move(moved, from, to));
  }

  /// What is known at either path, if anything, changes places.
  void exchangePlaces(TreePath path, TreePath other) {
    Optional<Node> node = catalogue.find(path);
    Optional<Node> otherNode = catalogue.find(other);
    if (node.isPresent() && otherNode.isPresent()) {
      if (!node.equals(otherNode)) {
        exchange(path, other);
      }
    } else {
      node.ifPresent(moved -> move(moved, path, other));
      otherNode.ifPresent(moved -> move(moved, other, path));
    }
  }

  /// The file known at `existing`, if any, has the name `added` as well, and what was known there
  /// is gone.
  void addName(TreePath existing, TreePath added) {
    Optional<FileNode> file = catalogue.findFile(existing);
    if (file.isPresent() && file.equals(catalogue.findFile(added))) {
      return;
    }
    drop(added);
    file.ifPresent(node -> link(node, added));
  }
}
