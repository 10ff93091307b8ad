package org.vexfs.daemon.overlay;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Component;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.Intent;
import org.vexfs.daemon.store.VectorStore;
import org.vexfs.daemon.store.VectorValues;
import org.vexfs.daemon.store.Whereabouts;

/// Vectors as extended attributes: `user.vexfs.vector` is the entry in the collection `default`,
/// `user.vexfs.vector.NAME` that in NAME. And the vector store's ear for what happens to names.
///
/// The store comes up behind the mount. What is asked about vectors waits for it as long as
/// `patience` says; a change of names waits as long as it takes, because a change that the store
/// missed could not be made up for. A store that failed to come up holds no one back.
public final class VectorAttributes {
  private static final String PREFIX = "user.vexfs.vector";
  private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(1);

  private final Component<VectorStore> store;
  private final Duration patience;

  /// Attributes kept in `store`.
  public VectorAttributes(Component<VectorStore> store, Duration patience) {
    this.store = store;
    this.patience = patience;
  }

  /// Whether an attribute of this name is a vector.
  public static boolean isVectorName(String name) {
    return name.equals(PREFIX) || name.startsWith(PREFIX + ".");
  }

  /// The collection that a vector's attribute belongs to.
  static String collectionOf(String attribute) {
    return attribute.length() == PREFIX.length()
        ? Query.DEFAULT_COLLECTION
        : attribute.substring(PREFIX.length() + 1);
  }

  private static String attributeOf(String collection) {
    return collection.equals(Query.DEFAULT_COLLECTION) ? PREFIX : PREFIX + "." + collection;
  }

  /// The store, once it is up.
  VectorStore store() throws VectorFailure {
    return store.get(patience);
  }

  /// The value as raw float32, little-endian, row by row.
  byte[] get(TreePath path, long fingerprint, String attribute)
      throws ErrnoException, VectorFailure {
    Optional<VectorMatrix> matrix = store().get(path, fingerprint, collectionOf(attribute));
    if (matrix.isEmpty()) {
      throw ErrnoException.of(Errno.ENODATA);
    }
    if (!fitsAttribute(matrix.get())) {
      throw ErrnoException.of(Errno.E2BIG);
    }
    return VectorValues.toRaw(matrix.get());
  }

  private static boolean fitsAttribute(VectorMatrix matrix) {
    return (long) matrix.values().length * Float.BYTES <= Host.MAX_ATTRIBUTE_BYTES;
  }

  /// The attributes that a file has, but for those whose value no attribute can hold: copying
  /// programs would stumble over them, and `.vexfs/vectors` has them.
  List<String> names(TreePath path, long fingerprint) throws VectorFailure {
    VectorStore ready = store();
    Optional<FileNode> node = ready.file(path, fingerprint);
    if (node.isEmpty()) {
      return List.of();
    }
    return ready.collections().stream()
        .filter(collection ->
            collection
                .slotsOf(node.get())
                .filter(slots ->
                    (long) slots.count() * collection.dimension() * Float.BYTES
                        <= Host.MAX_ATTRIBUTE_BYTES)
                .isPresent())
        .map(collection -> attributeOf(collection.name()))
        .toList();
  }

  /// Gives the file the vectors that `value` holds, in any of its forms; `flags` as in
  /// `setxattr(2)`.
  void set(TreePath path, long fingerprint, String attribute, byte[] value, int flags)
      throws ErrnoException, VectorFailure {
    String collection = collectionOf(attribute);
    if (flags != 0) {
      boolean present = store().collectionsOf(path, fingerprint).contains(collection);
      if ((flags & Libc.XATTR_CREATE()) != 0 && present) {
        throw ErrnoException.of(Errno.EEXIST);
      }
      if ((flags & Libc.XATTR_REPLACE()) != 0 && !present) {
        throw ErrnoException.of(Errno.ENODATA);
      }
    }
    store().put(path, fingerprint, collection, parse(collection, value));
  }

  private VectorMatrix parse(String collection, byte[] value) throws VectorFailure {
    int dimension = store().collection(collection).map(c -> c.dimension()).orElse(0);
    return VectorValues.parse(
        value, dimension == 0 ? OptionalInt.empty() : OptionalInt.of(dimension));
  }

  /// Gives the file an entry in a collection.
  void put(TreePath path, long fingerprint, String collection, VectorMatrix matrix)
      throws VectorFailure {
    store().put(path, fingerprint, collection, matrix);
  }

  /// Gives the file the vectors that are its content.
  void put(TreePath path, long fingerprint, byte[] content) throws VectorFailure {
    String collection = Query.DEFAULT_COLLECTION;
    store().put(path, fingerprint, collection, parse(collection, content));
  }

  /// Takes the vectors away that the file's content was.
  void removeContent(TreePath path, long fingerprint) throws VectorFailure {
    boolean _ = store().remove(path, fingerprint, Query.DEFAULT_COLLECTION);
  }

  /// Takes the file out of a collection.
  void remove(TreePath path, long fingerprint, String collection)
      throws ErrnoException, VectorFailure {
    if (!store().remove(path, fingerprint, collection)) {
      throw ErrnoException.of(Errno.ENODATA);
    }
  }

  /// Makes every acknowledged change durable; one that nobody could have made yet is not waited
  /// for.
  void sync() throws VectorFailure {
    Optional<VectorStore> ready = store.ifReady();
    if (ready.isPresent()) {
      ready.get().sync();
    }
  }

  /// Whether no file has a vector, as far as that is known without waiting.
  boolean hasNone() {
    return switch (store.state()) {
      case READY -> store.ifReady().filter(ready -> !ready.isEmpty()).isEmpty();
      case FAILED -> true;
      case PENDING, IN_PROGRESS -> false;
    };
  }

  /// Where the files are, as far as the store is up.
  Optional<Whereabouts> whereabouts() {
    return store.ifReady().map(VectorStore::whereabouts);
  }

  /// Whether the store has a file at this path, as far as that is known without waiting.
  boolean isFileKnown(TreePath path) {
    Optional<VectorStore> ready = store.ifReady();
    return ready.isPresent() && ready.get().file(path, 0).isPresent();
  }

  /// Whether a vector hangs on this name or, for a directory, below it.
  boolean bearsVectors(TreePath path) throws VectorFailure {
    VectorStore ready = store.get(AS_LONG_AS_IT_TAKES);
    return ready.file(path, 0).isPresent() || ready.directory(path).isPresent();
  }

  /// Whether the file has a vector, under this name or another.
  boolean bearsVectors(TreePath path, long fingerprint) throws VectorFailure {
    return store.get(AS_LONG_AS_IT_TAKES).file(path, fingerprint).isPresent();
  }

  /// The host is about to change names.
  void intend(Intent intent) throws VectorFailure {
    store().names().intend(intent);
  }

  /// The host has changed names as it was intended, or has not.
  void settle(Intent intent, boolean hasHappened) throws VectorFailure {
    store().names().settle(intent, hasHappened);
  }

  /// A name of a file is gone.
  void unlinked(TreePath path) throws VectorFailure {
    store().unlinked(path);
  }

  /// Nothing is at `path`, where something new is about to be.
  void vacated(TreePath path) throws VectorFailure {
    store().whereabouts().vacated(path);
  }

  /// A file was found at `path`.
  void met(TreePath path, long fingerprint) throws VectorFailure {
    store().whereabouts().met(path, fingerprint);
  }
}
