package org.vexfs.daemon.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.Fingerprint;

/// The records of one change while they are put together. They count together or not at all.
///
/// Plans from the contents as they are, which must not change meanwhile: the writer lock is held.
final class ChangePlan {
  /// Where files wait to be met again whose names lead elsewhere by now, each under the number of
  /// its node: a place that no file can have, since the name of its first directory is taken.
  static final TreePath DETACHED = new TreePath(".vexfs/detached");

  private static final float[] NO_VALUES = {};

  private final Catalogue catalogue;
  private final List<LogRecord> records = new ArrayList<>();

  /// Names that something was taken off already.
  private final Set<Name> unlinked = new HashSet<>();

  /// Directories that this change makes.
  private final Map<TreePath, Long> made = new HashMap<>();

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
    unlink(node, nameAt(path));
  }

  private Name nameAt(TreePath path) {
    return new Name(catalogue.findDirectory(path.parent()).orElseThrow(), path.name());
  }

  /// Once only: a file that is gone may also be in the way of a directory.
  private void unlink(Node node, Name name) {
    if (unlinked.add(name)) {
      records.add(new LogRecord.Unlink(node.id(), name.parent().id(), name.text()));
    }
  }

  /// Clears `path`, where the host has something else now than what is known there: what can be
  /// told when it is met again waits for that, and the rest goes.
  void displace(TreePath path) {
    catalogue.find(path).ifPresent(node -> displace(node, nameAt(path)));
  }

  private void displace(Node node, Name name) {
    boolean hasOtherName = node instanceof FileNode file && file.names().size() > 1;
    if (hasOtherName || !canBeMetAgain(node)) {
      unlink(node, name);
    } else {
      TreePath _ = detach(node, name);
    }
  }

  /// Takes a file or directory off a name, to where it waits.
  private TreePath detach(Node node, Name name) {
    TreePath place = DETACHED.child(Long.toString(node.id()));
    if (unlinked.add(name)) {
      records.add(
          new LogRecord.Move(
              node.id(), name.parent().id(), name.text(), directory(DETACHED), place.name()));
    }
    return place;
  }

  private boolean canBeMetAgain(Node node) {
    Deque<Node> left = new ArrayDeque<>(List.of(node));
    while (!left.isEmpty()) {
      switch (left.pop()) {
        case DirectoryNode directory -> catalogue.in(directory).forEach(left::push);
        case FileNode file -> {
          if (Fingerprint.isLasting(file.inode())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /// The file known at `path`, whose inode is `inode`, lives on under names that are not known.
  void detach(TreePath path, long inode) {
    Optional<FileNode> file = catalogue.findFile(path);
    if (file.isPresent() && Fingerprint.isLasting(inode)) {
      rebind(file.get(), inode);
      displace(path);
    } else {
      drop(path);
    }
  }

  private void rebind(FileNode file, long inode) {
    if (inode != 0 && file.inode() != inode) {
      records.add(new LogRecord.Rebind(file.id(), inode));
    }
  }

  /// The directory at `path`, made where it is missing; a file that is in the way was replaced by a
  /// directory behind the mount.
  private long directory(TreePath path) {
    long parent = Catalogue.ROOT_ID;
    TreePath reached = TreePath.ROOT;
    boolean known = true;
    for (String name : path.names()) {
      reached = reached.child(name);
      Optional<Node> node = known ? catalogue.find(reached) : Optional.empty();
      if (node.isPresent() && node.get() instanceof DirectoryNode directory && !isGone(reached)) {
        parent = directory.id();
      } else {
        if (known) {
          displace(reached);
        }
        known = false;
        parent = made(reached, parent);
      }
    }
    return parent;
  }

  /// Whether this change has cleared the path.
  private boolean isGone(TreePath path) {
    return unlinked.contains(nameAt(path));
  }

  private long made(TreePath path, long parent) {
    Long known = made.get(path);
    long id = known != null ? known : create(parent, path.name(), true, 0);
    made.put(path, id);
    return id;
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
      displace(path);
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
    Optional<TreePath> waiting =
        resolution.left().isEmpty()
            ? Optional.empty()
            : Optional.of(takeOff(resolution.file().orElseThrow(), resolution.left()));
    if (resolution.lostName()) {
      displace(path);
    }
    if (resolution.file().isPresent()) {
      FileNode file = resolution.file().get();
      if (resolution.missingName()) {
        if (!resolution.lostName()) {
          displace(path);
        }
        if (waiting.isPresent()) {
          arrive(file, waiting.get(), path);
        } else {
          link(file, path);
        }
      } else {
        rebind(file, inode);
      }
    }
  }

  /// Takes a file off names that do not lead to it any more, all at once, so that none of them is
  /// in the way of what comes next; gives the place where it is meanwhile.
  private TreePath takeOff(FileNode file, List<Name> left) {
    Name first = left.getFirst();
    for (Name name : left.subList(1, left.size())) {
      unlink(file, name);
    }
    Optional<TreePath> path = catalogue.path(first);
    boolean isWaiting = path.isPresent() && path.get().isWithin(DETACHED);
    return isWaiting ? path.get() : detach(file, first);
  }

  /// Moves a file from where it waited to where it was met.
  private void arrive(FileNode file, TreePath waiting, TreePath path) {
    Optional<DirectoryNode> place = catalogue.findDirectory(waiting.parent());
    long from = place.isPresent() ? place.get().id() : directory(waiting.parent());
    records.add(
        new LogRecord.Move(file.id(), from, waiting.name(), directory(path.parent()), path.name()));
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
  private void exchange(Node node, TreePath path, Node otherNode, TreePath other) {
    records.add(
        new LogRecord.Exchange(
            node.id(),
            otherNode.id(),
            catalogue.findDirectory(path.parent()).orElseThrow().id(),
            path.name(),
            catalogue.findDirectory(other.parent()).orElseThrow().id(),
            other.name()));
  }

  /// Says what the host is about to do.
  void intend(Intent intent) {
    records.add(new LogRecord.Intend(intent));
  }

  /// Says that nothing came of an intent, unless something is said about it already.
  void settle() {
    if (records.isEmpty()) {
      records.add(new LogRecord.Settle());
    }
  }

  /// What was intended has happened.
  ///
  /// @param linked the file that got a further name, where it has entries
  void follow(Intent intent, Optional<FileNode> linked) {
    switch (intent.kind()) {
      case RENAME -> rename(intent);
      case EXCHANGE -> exchangePlaces(intent.path(), intent.other());
      case LINK -> addName(linked, intent.other(), intent.inode());
      case UNLINK -> lose(intent.path(), intent.inode(), intent.fate());
    }
  }

  /// What is known at the one path is at the other from now on, and what was known there has lost
  /// its name.
  private void rename(Intent intent) {
    Optional<Node> node = catalogue.find(intent.path());
    if (node.isPresent()
        && node.equals(catalogue.find(intent.other()))
        && intent.inode() == intent.otherInode()) {
      // rename(2) leaves two names of one file as they are.
      return;
    }
    lose(intent.other(), intent.otherInode(), intent.fate());
    node.ifPresent(moved -> move(moved, intent.path(), intent.other()));
  }

  /// What the host had at `path` has lost this name.
  private void lose(TreePath path, long inode, Intent.Fate fate) {
    switch (fate) {
      // Whatever the store believes to be there, or in there, is elsewhere.
      case NONE, DIRECTORY -> displace(path);
      case LIVES_ON -> detach(path, inode);
      case GONE -> {
        if (catalogue.findDirectory(path).isPresent()) {
          displace(path);
        } else {
          drop(path);
        }
      }
    }
  }

  /// What is known at either path, if anything, changes places.
  private void exchangePlaces(TreePath path, TreePath other) {
    Optional<Node> node = catalogue.find(path);
    Optional<Node> otherNode = catalogue.find(other);
    if (node.isPresent() && otherNode.isPresent()) {
      if (!node.equals(otherNode)) {
        exchange(node.get(), path, otherNode.get(), other);
      }
    } else {
      node.ifPresent(moved -> move(moved, path, other));
      otherNode.ifPresent(moved -> move(moved, other, path));
    }
  }

  /// A file has the name `added` as well, and what was known there is gone.
  private void addName(Optional<FileNode> file, TreePath added, long inode) {
    Optional<FileNode> known = catalogue.findFile(added);
    if (known.isPresent()
        && (file.equals(known) || (file.isEmpty() && known.get().inode() == inode))) {
      return;
    }
    displace(added);
    file.ifPresent(node -> link(node, added));
  }
}
