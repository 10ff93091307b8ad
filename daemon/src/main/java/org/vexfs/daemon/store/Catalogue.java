package org.vexfs.daemon.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// The tree of the paths that bear vectors: directories and files with stable ids and parent
/// pointers, so that renaming a directory moves one node.
///
/// Changes follow records of the log, the same ones when they happen and when they are replayed. A
/// record that does not fit the tree is a [StoreBroken]. What bears no vectors any more is dropped
/// by [#prune] at the end of a change, not within it, so that a change may pass through states in
/// which a directory is empty.
///
/// Not safe for concurrent use: the store's `naming` lock guards it.
final class Catalogue {
  /// The id of SOURCE itself, which no record creates.
  static final long ROOT_ID = 0;

  private final DirectoryNode root = new DirectoryNode(ROOT_ID);
  private final NodeTable<Node> nodes = new NodeTable<>(Node::id);
  private final NodeTable<FileNode> byInode = new NodeTable<>(FileNode::inode);
  private final Consumer<Entry> retired;

  /// What may have lost its last child or entry in the current change.
  private final Set<Node> touched = new LinkedHashSet<>();

  /// What came, went or became different since [#takeChanged].
  private NodeIds changed = new NodeIds();

  private long lastId = ROOT_ID;

  private final AtomicLong moves = new AtomicLong();

  /// Those that are not among `nodes` yet; none where there was no checkpoint.
  private Optional<FilesAtRest> resting = Optional.empty();

  /// An empty tree; `retired` hears of every entry that goes away because its file does.
  Catalogue(Consumer<Entry> retired) {
    this.retired = retired;
    nodes.put(root);
  }

  /// The highest id given so far.
  long lastId() {
    return lastId;
  }

  /// Grows with every change after which a file that was there, and has entries still, may lie
  /// below other directories than before. Read without a lock.
  long moves() {
    return moves.get();
  }

  /// The ids of the nodes that came, went or became different since this was asked last; they count
  /// as unchanged from now on.
  NodeIds takeChanged() {
    NodeIds taken = changed;
    changed = new NodeIds();
    return taken;
  }

  /// Lets nodes count as changed again.
  void giveBackChanged(NodeIds taken) {
    changed.addAll(taken);
  }

  /// Notes that a file's entries became different.
  void entriesChanged(FileNode file) {
    changed.add(file.id());
  }

  /// The node with this id, if there is one.
  Optional<Node> findNode(long id) {
    Optional<Node> node = nodes.find(id);
    return node.isPresent() ? node : resting.flatMap(files -> files.find(id));
  }

  /// The node with this id, about to be changed.
  Node node(long id) throws StoreBroken {
    return awake(findNode(id).orElseThrow(() -> new StoreBroken("there is no node " + id)));
  }

  /// The catalogue's own object for a node: a file that rested until now is woken.
  private Node awake(Node node) {
    Optional<Node> own = nodes.find(node.id());
    if (own.isPresent() || !(node instanceof FileNode file)) {
      return own.orElse(node);
    }
    resting.orElseThrow().wake(file);
    nodes.put(file);
    if (byInode.find(file.inode()).isEmpty()) {
      index(file);
    }
    for (Name name : file.names()) {
      name.parent().children().put(name.text(), file);
    }
    for (Entry entry : file.entries()) {
      entry.collection().wake(entry);
    }
    return file;
  }

  /// The file with this id, about to be changed, if there is one.
  Optional<FileNode> findToChange(long id) {
    return findNode(id)
        .map(this::awake)
        .filter(FileNode.class::isInstance)
        .map(FileNode.class::cast);
  }

  /// The directory with this id.
  DirectoryNode directory(long id) throws StoreBroken {
    if (node(id) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new StoreBroken("node " + id + " is no directory");
  }

  /// The file with this id.
  FileNode file(long id) throws StoreBroken {
    if (node(id) instanceof FileNode file) {
      return file;
    }
    throw new StoreBroken("node " + id + " is no file");
  }

  /// What is known at this path.
  Optional<Node> find(TreePath path) {
    Node node = root;
    for (String name : path.names()) {
      Optional<Node> child =
          node instanceof DirectoryNode directory ? child(directory, name) : Optional.empty();
      if (child.isEmpty()) {
        return Optional.empty();
      }
      node = child.get();
    }
    return Optional.of(node);
  }

  private Optional<Node> child(DirectoryNode directory, String name) {
    Node child = directory.children().get(name);
    return child == null
        ? resting.flatMap(files -> files.find(directory, name))
        : Optional.of(child);
  }

  /// The file known at this path.
  Optional<FileNode> findFile(TreePath path) {
    return find(path).filter(FileNode.class::isInstance).map(FileNode.class::cast);
  }

  /// The directory known at this path.
  Optional<DirectoryNode> findDirectory(TreePath path) {
    return find(path).filter(DirectoryNode.class::isInstance).map(DirectoryNode.class::cast);
  }

  /// The file that was last seen as this inode.
  Optional<FileNode> findInode(long inode) {
    if (inode == 0) {
      return Optional.empty();
    }
    Optional<FileNode> file = byInode.find(inode);
    return file.isPresent() ? file : resting.flatMap(files -> files.findInode(inode));
  }

  /// All files, in no order.
  Stream<FileNode> files() {
    return Stream.concat(
        nodes.stream().filter(FileNode.class::isInstance).map(FileNode.class::cast),
        resting.stream().flatMap(FilesAtRest::all));
  }

  /// What lies in a directory, in no order.
  Stream<Node> in(DirectoryNode directory) {
    return Stream.concat(
        directory.children().values().stream(),
        resting.stream().flatMap(atRest -> atRest.in(directory)));
  }

  /// The files in `directory` and below it; empty where more than `most` nodes would have to be
  /// looked at.
  Optional<List<FileNode>> filesBelow(DirectoryNode directory, int most) {
    List<FileNode> files = new ArrayList<>();
    Deque<DirectoryNode> open = new ArrayDeque<>(List.of(directory));
    int nodes = 0;
    while (!open.isEmpty()) {
      DirectoryNode next = open.pop();
      Collection<Node> children = next.children().values();
      nodes += children.size() + next.resting();
      if (nodes > most) {
        return Optional.empty();
      }
      resting.ifPresent(atRest -> atRest.in(next).forEach(files::add));
      for (Node child : children) {
        switch (child) {
          case DirectoryNode below -> open.push(below);
          case FileNode file -> files.add(file);
        }
      }
    }
    return Optional.of(files);
  }

  /// The path of a name; empty where a directory above was dropped.
  Optional<TreePath> path(Name name) {
    Deque<String> names = new ArrayDeque<>();
    names.push(name.text());
    DirectoryNode directory = name.parent();
    while (!directory.isRoot()) {
      Name above = directory.name();
      if (above == null) {
        return Optional.empty();
      }
      names.push(above.text());
      directory = above.parent();
    }
    return Optional.of(new TreePath(String.join("/", names)));
  }

  /// All paths of a file.
  List<TreePath> paths(FileNode file) {
    List<TreePath> paths = new ArrayList<>(1);
    for (Name name : namesNow(file)) {
      path(name).ifPresent(paths::add);
    }
    return paths;
  }

  /// The names of a file, whatever it was when `file` was found.
  private List<Name> namesNow(FileNode file) {
    if (resting.isPresent() && resting.get().rests(file.id())) {
      return file.names();
    }
    return findNode(file.id()).map(node -> ((FileNode) node).names()).orElse(List.of());
  }

  void create(LogRecord.CreateNode record) throws StoreBroken {
    DirectoryNode parent = directory(record.parent());
    if (findNode(record.id()).isPresent()) {
      throw new StoreBroken("node " + record.id() + " is created twice");
    }
    Node node =
        record.directory()
            ? new DirectoryNode(record.id())
            : new FileNode(record.id(), record.inode());
    attach(node, new Name(parent, record.name()));
    nodes.put(node);
    if (node instanceof FileNode file) {
      index(file);
    }
    lastId = Math.max(lastId, record.id());
    touched.add(node);
  }

  /// Puts a directory back that a checkpoint has; where it hangs is said by [#restoreName], once
  /// all directories are there.
  void restoreDirectory(long id) throws StoreBroken {
    restore(new DirectoryNode(id));
  }

  /// All directories.
  Stream<DirectoryNode> directories() {
    return nodes.stream().filter(DirectoryNode.class::isInstance).map(DirectoryNode.class::cast);
  }

  private void restore(Node node) throws StoreBroken {
    if (nodes.find(node.id()).isPresent()) {
      throw new StoreBroken("node " + node.id() + " is there twice");
    }
    nodes.put(node);
    lastId = Math.max(lastId, node.id());
  }

  /// Gives a node back a name that a checkpoint has.
  void restoreName(Node node, long parent, String name) throws StoreBroken {
    Name restored = new Name(directory(parent), name);
    if (holds(node, restored)) {
      throw new StoreBroken("node " + node.id() + " lies in itself");
    }
    hang(node, restored);
  }

  /// Ends the restoring of a checkpoint, whose files rest, and after which ids up to `lastId` are
  /// not given again.
  void endRestoring(FilesAtRest files, long lastId) {
    this.resting = Optional.of(files);
    skipIds(lastId);
  }

  /// Gives no id up to this one again.
  void skipIds(long lastId) {
    this.lastId = Math.max(this.lastId, lastId);
  }

  void link(LogRecord.Link record) throws StoreBroken {
    attach(file(record.node()), new Name(directory(record.parent()), record.name()));
    moves.incrementAndGet();
  }

  void move(LogRecord.Move record) throws StoreBroken {
    Node node = node(record.node());
    Name to = new Name(directory(record.toParent()), record.toName());
    if (holds(node, to)) {
      throw new StoreBroken("node " + node.id() + " is moved into itself");
    }
    detach(node, new Name(directory(record.fromParent()), record.fromName()));
    attach(node, to);
    moves.incrementAndGet();
  }

  void exchange(LogRecord.Exchange record) throws StoreBroken {
    Name name = new Name(directory(record.parent()), record.name());
    Name other = new Name(directory(record.otherParent()), record.otherName());
    Node node = childAt(name);
    Node otherNode = childAt(other);
    if (holds(node, other) || holds(otherNode, name)) {
      throw new StoreBroken("nodes " + node.id() + " and " + otherNode.id() + " hold one another");
    }
    detach(node, name);
    detach(otherNode, other);
    attach(node, other);
    attach(otherNode, name);
    moves.incrementAndGet();
  }

  private static boolean holds(Node node, Name name) {
    return node instanceof DirectoryNode directory && name.parent().isWithin(directory);
  }

  private Node childAt(Name name) throws StoreBroken {
    return awake(
        child(name.parent(), name.text())
            .orElseThrow(
                () -> new StoreBroken("node " + name.parent().id() + " holds no such name")));
  }

  void unlink(LogRecord.Unlink record) throws StoreBroken {
    Node node = node(record.node());
    detach(node, new Name(directory(record.parent()), record.name()));
    dropNameless(node);
    if (node instanceof DirectoryNode || !((FileNode) node).names().isEmpty()) {
      moves.incrementAndGet();
    }
  }

  /// Ends the lives of `node` and, where it is a directory, of all below it that has no name
  /// elsewhere. A loop instead of a recursion: nothing bounds how deep directories nest.
  private void dropNameless(Node node) {
    Deque<Node> doomed = new ArrayDeque<>(List.of(node));
    while (!doomed.isEmpty()) {
      switch (doomed.pop()) {
        case DirectoryNode directory -> {
          resting.map(files -> files.in(directory).toList()).orElse(List.of()).forEach(this::awake);
          directory
              .children()
              .forEach((name, child) -> {
                if (child instanceof FileNode file) {
                  file.removeName(new Name(directory, name));
                  changed.add(file.id());
                }
                doomed.push(child);
              });
          directory.children().clear();
          removeNode(directory);
        }
        case FileNode file -> {
          if (file.names().isEmpty()) {
            drop(file);
          }
        }
      }
    }
  }

  void rebind(LogRecord.Rebind record) throws StoreBroken {
    FileNode file = file(record.node());
    byInode.remove(file);
    file.bind(record.inode());
    index(file);
    changed.add(file.id());
  }

  /// Notes that a file lost an entry.
  void touch(FileNode file) {
    touched.add(file);
  }

  /// Drops what bears no vectors any more. Ends a change.
  void prune() {
    Collection<Node> candidates = new ArrayList<>(touched);
    touched.clear();
    for (Node candidate : candidates) {
      switch (candidate) {
        case FileNode file -> {
          if (file.entries().isEmpty()) {
            for (Name name : file.names()) {
              name.parent().children().remove(name.text());
              pruneUpwards(name.parent());
            }
            drop(file);
          }
        }
        case DirectoryNode directory -> pruneUpwards(directory);
      }
    }
  }

  private void pruneUpwards(DirectoryNode lowest) {
    DirectoryNode directory = lowest;
    while (directory.isEmpty() && !directory.isRoot()) {
      Name name = directory.name();
      if (name == null) {
        return;
      }
      name.parent().children().remove(name.text());
      removeNode(directory);
      directory = name.parent();
    }
  }

  private void removeNode(DirectoryNode directory) {
    directory.hang(null);
    nodes.remove(directory);
    changed.add(directory.id());
  }

  private void drop(FileNode file) {
    for (Entry entry : file.entries()) {
      file.removeEntry(entry);
      retired.accept(entry);
    }
    for (Name name : file.names()) {
      file.removeName(name);
    }
    byInode.remove(file);
    nodes.remove(file);
    changed.add(file.id());
  }

  private void index(FileNode file) {
    if (file.inode() != 0) {
      byInode.put(file);
    }
  }

  private void attach(Node node, Name name) throws StoreBroken {
    hang(node, name);
    changed.add(node.id());
  }

  private void hang(Node node, Name name) throws StoreBroken {
    if (child(name.parent(), name.text()).isPresent()) {
      throw new StoreBroken("node " + name.parent().id() + " holds a name twice");
    }
    name.parent().children().put(name.text(), node);
    switch (node) {
      case DirectoryNode directory -> directory.hang(name);
      case FileNode file -> file.addName(name);
    }
  }

  private void detach(Node node, Name name) throws StoreBroken {
    if (!childAt(name).equals(node)) {
      throw new StoreBroken("node " + node.id() + " does not have the name that it loses");
    }
    name.parent().children().remove(name.text());
    changed.add(node.id());
    if (node instanceof FileNode file) {
      file.removeName(name);
    }
    touched.add(name.parent());
  }
}
