package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;

/// A host file system of plain maps, with the vectors that its files should have, and a source of
/// random operations on it and on the store alike.
final class StoreModel implements HostProbe {
  static final List<String> COLLECTIONS = List.of("default", "other");
  private static final int NAMES = 5;
  private static final int ROWS_LOOKED_AT = 8;

  private final Random random;
  private final Map<TreePath, Long> inodes = new TreeMap<>();
  private final Map<Long, Map<String, VectorMatrix>> vectors = new HashMap<>();
  private long lastInode = 1000;

  StoreModel(Random random) {
    this.random = random;
  }

  static void assertMentions(String text, Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(text), message);
  }

  @Override
  public long inodeAt(TreePath path) {
    return inodes.getOrDefault(path, 0L);
  }

  /// What each file should have, by path and collection.
  Map<String, VectorMatrix> expected() {
    Map<String, VectorMatrix> expected = new TreeMap<>();
    inodes.forEach((path, inode) ->
        vectors
            .getOrDefault(inode, Map.of())
            .forEach((name, matrix) -> expected.put(path + ":" + name, matrix)));
    return expected;
  }

  /// What the store has, by path and collection, read slot by slot.
  static Map<String, VectorMatrix> actual(VectorStore store) {
    Map<String, VectorMatrix> actual = new TreeMap<>();
    for (VectorCollection collection : store.collections()) {
      int rows = 0;
      Set<FileNode> owners = new HashSet<>();
      for (int slot = 0; slot < collection.slotLimit(); slot++) {
        if (collection.isLive(slot)) {
          FileNode owner = collection.owner(slot);
          SlotRange slots = collection.slotsOf(owner).orElseThrow();
          assertEquals(slot, slots.first(), "an entry begins with its first row");
          assertTrue(owners.add(owner), "an entry has slots in one place");
          rows += slots.count();
          slot += slots.count() - 1;
        }
      }
      assertEquals(rows, collection.liveRows());
      assertEquals(owners.size(), collection.entryCount());
      for (FileNode owner : owners) {
        VectorMatrix matrix = matrix(collection, owner);
        assertTrue(!store.paths(owner).isEmpty(), "a live row without a path");
        store.paths(owner).forEach(path -> actual.put(path + ":" + collection.name(), matrix));
      }
    }
    return actual;
  }

  private static VectorMatrix matrix(VectorCollection collection, FileNode owner) {
    SlotRange slots = collection.slotsOf(owner).orElseThrow();
    int dimension = collection.dimension();
    float[] values = new float[slots.count() * dimension];
    for (int row = 0; row < slots.count(); row++) {
      int slot = slots.first() + row;
      assertTrue(collection.isLive(slot), "a row is dead");
      if (row < ROWS_LOOKED_AT || row == slots.count() - 1) {
        assertEquals(row, collection.find(slot).number());
      }
      for (int i = 0; i < dimension; i++) {
        values[row * dimension + i] =
            Float.intBitsToFloat(
                collection
                    .vectors()
                    .segment(slot)
                    .get(
                        RecordHeader.INT,
                        collection.vectors().offset(slot) + (long) i * Float.BYTES));
      }
    }
    return new VectorMatrix(slots.count(), dimension, values);
  }

  /// Compares everything, by both ways of reading.
  void check(VectorStore store) throws VectorFailure {
    Map<String, VectorMatrix> expected = expected();
    assertEquals(expected, actual(store));
    for (Map.Entry<TreePath, Long> file : inodes.entrySet()) {
      Map<String, VectorMatrix> entries = vectors.getOrDefault(file.getValue(), Map.of());
      assertEquals(
          List.copyOf(new TreeSet<>(entries.keySet())),
          store.collectionsOf(file.getKey(), file.getValue()));
      for (String collection : COLLECTIONS) {
        assertEquals(
            Optional.ofNullable(entries.get(collection)),
            store.get(file.getKey(), file.getValue(), collection));
      }
    }
  }

  /// Does something to the host and tells the store.
  void step(VectorStore store) throws VectorFailure {
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3, 4 -> put(store);
      case 5 -> remove(store);
      case 6 -> renameFile(store);
      case 7 -> renameDirectory(store);
      case 8 -> link(store);
      case 9 -> unlink(store);
      case 10 -> exchange(store);
      default -> removeTree(store);
    }
  }

  private TreePath anyPath() {
    TreePath path = TreePath.ROOT;
    int depth = 1 + random.nextInt(3);
    for (int i = 1; i < depth; i++) {
      path = path.child("d" + random.nextInt(NAMES));
    }
    return path.child("f" + random.nextInt(NAMES));
  }

  private TreePath anyDirectory() {
    TreePath path = TreePath.ROOT.child("d" + random.nextInt(NAMES));
    return random.nextBoolean() ? path : path.child("d" + random.nextInt(NAMES));
  }

  /// Whether a file can be at `path`.
  private boolean fits(TreePath path) {
    return !isBelowAFile(path) && (inodes.containsKey(path) || below(path).isEmpty());
  }

  private boolean isBelowAFile(TreePath path) {
    return !path.isRoot() && (inodes.containsKey(path.parent()) || isBelowAFile(path.parent()));
  }

  private Optional<TreePath> anyFile() {
    List<TreePath> files = List.copyOf(inodes.keySet());
    return files.isEmpty()
        ? Optional.empty()
        : Optional.of(files.get(random.nextInt(files.size())));
  }

  private List<TreePath> namesOf(long inode) {
    return inodes.keySet().stream().filter(path -> inodeAt(path) == inode).toList();
  }

  VectorMatrix anyMatrix(String collection) {
    int dimension = collection.equals("default") ? 3 : 17;
    int rows = 1 + random.nextInt(3);
    float[] values = new float[rows * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() + 0.5f;
    }
    return new VectorMatrix(rows, dimension, values);
  }

  void put(VectorStore store) throws VectorFailure {
    TreePath path = anyPath();
    if (!fits(path)) {
      return;
    }
    long inode = inodes.computeIfAbsent(path, _ -> ++lastInode);
    String collection = COLLECTIONS.get(random.nextInt(COLLECTIONS.size()));
    VectorMatrix matrix = anyMatrix(collection);
    // Through every name, so that the store comes to know those it was not told of.
    for (TreePath name : namesOf(inode)) {
      store.put(name, inode, collection, matrix);
    }
    vectors.computeIfAbsent(inode, _ -> new HashMap<>()).put(collection, matrix);
  }

  private void remove(VectorStore store) throws VectorFailure {
    TreePath path = anyFile().orElse(anyPath());
    if (namesOf(inodeAt(path)).size() > 1) {
      // Without entries the store would forget the names, and not see the last one go.
      return;
    }
    String collection = COLLECTIONS.get(random.nextInt(COLLECTIONS.size()));
    long inode = inodeAt(path);
    boolean expected = vectors.getOrDefault(inode, Map.of()).containsKey(collection);
    assertEquals(expected, store.remove(path, inode, collection));
    vectors.getOrDefault(inode, new HashMap<>()).remove(collection);
  }

  private void renameFile(VectorStore store) throws VectorFailure {
    Optional<TreePath> from = anyFile();
    TreePath to = anyPath();
    if (from.isEmpty() || from.get().equals(to) || !fits(to)) {
      return;
    }
    HostChanges.rename(store, from.get(), to);
    long inode = inodeAt(from.get());
    if (inodeAt(to) != inode) {
      inodes.remove(from.get());
      inodes.put(to, inode);
    }
  }

  private void renameDirectory(VectorStore store) throws VectorFailure {
    TreePath from = anyDirectory();
    TreePath to = anyDirectory();
    if (from.isWithin(to) || to.isWithin(from) || isBelowAFile(to)) {
      return;
    }
    removeTree(store, to);
    HostChanges.rename(store, from, to);
    for (TreePath path : below(from)) {
      inodes.put(to.resolve(path.relativeTo(from)), inodeAt(path));
      inodes.remove(path);
    }
  }

  private void exchange(VectorStore store) throws VectorFailure {
    TreePath one = random.nextBoolean() ? anyDirectory() : anyFile().orElse(anyDirectory());
    TreePath other = random.nextBoolean() ? anyDirectory() : anyFile().orElse(anyDirectory());
    if (one.isWithin(other) || other.isWithin(one) || isBelowAFile(one) || isBelowAFile(other)) {
      return;
    }
    HostChanges.exchange(store, one, other);
    Map<TreePath, Long> moved = new HashMap<>();
    for (TreePath path : below(one)) {
      moved.put(other.resolve(path.relativeTo(one)), inodeAt(path));
      inodes.remove(path);
    }
    for (TreePath path : below(other)) {
      moved.put(one.resolve(path.relativeTo(other)), inodeAt(path));
      inodes.remove(path);
    }
    inodes.putAll(moved);
  }

  private void link(VectorStore store) throws VectorFailure {
    Optional<TreePath> existing = anyFile();
    TreePath added = anyPath();
    if (existing.isPresent()
        && !vectors.getOrDefault(inodeAt(existing.get()), Map.of()).isEmpty()
        && !inodes.containsKey(added)
        && fits(added)) {
      HostChanges.link(store, existing.get(), added);
      inodes.put(added, inodeAt(existing.get()));
    }
  }

  private void unlink(VectorStore store) throws VectorFailure {
    Optional<TreePath> path = anyFile();
    if (path.isPresent()) {
      store.unlinked(path.get());
      inodes.remove(path.get());
    }
  }

  private void removeTree(VectorStore store) throws VectorFailure {
    if (random.nextInt(4) == 0) {
      removeTree(store, anyDirectory());
    }
  }

  private void removeTree(VectorStore store, TreePath directory) throws VectorFailure {
    for (TreePath path : below(directory)) {
      if (random.nextBoolean()) {
        store.unlinked(path);
      }
      inodes.remove(path);
    }
    HostChanges.removeDirectory(store, directory);
  }

  private List<TreePath> below(TreePath directory) {
    return new ArrayList<>(
        inodes.keySet().stream().filter(path -> path.isWithin(directory)).toList());
  }
}
