package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.io.Fingerprint;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;
import org.vexfs.daemon.io.StorageFullException;
import org.vexfs.daemon.overlay.DirectoryObserver;

/// The saved queries of all directories, each a file of the store's directory, written aside, made
/// durable and renamed in: after a crash it is there as it was before a change or after it.
///
/// A saved query belongs to a directory: to the one with its fingerprint, wherever that was moved,
/// also behind the mount; else to what is now at its path, as vectors do. Through the mount it is
/// told of moves ([DirectoryObserver]), so that paths are right.
public final class SavedQueries implements DirectoryObserver {
  /// Saved queries of a mount.
  private static final int MAX_QUERIES = 10_000;

  /// Bytes of a query that is saved, where one that is only asked may have more.
  static final int MAX_QUERY_BYTES = 1 << 20;

  private static final String PREFIX = "query-";
  private static final String ASIDE_SUFFIX = ".new";

  /// How the names of the files end that hold saved queries, which never change but are replaced.
  public static final String SUFFIX = ".vexquery";

  private static final Logger LOG = LoggerFactory.getLogger(SavedQueries.class);

  private final StorageDirectory storage;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final TreeMap<Long, SavedQuery> queries = new TreeMap<>();

  private volatile boolean isEmpty = true;

  /// A directory of SOURCE.
  record Place(TreePath path, long fingerprint) {}

  private SavedQueries(StorageDirectory storage) {
    this.storage = storage;
  }

  /// The saved queries in a store's directory. Files that hold none are left alone, and said so in
  /// the log.
  public static SavedQueries in(StorageDirectory storage) throws IOException {
    SavedQueries saved = new SavedQueries(storage);
    for (String name : storage.list()) {
      if (name.startsWith(PREFIX) && name.endsWith(ASIDE_SUFFIX)) {
        storage.delete(name);
      } else if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
        saved.load(name);
      }
    }
    return saved;
  }

  private void load(String file) {
    lock.lock();
    try {
      long id = Long.parseLong(file.substring(PREFIX.length(), file.length() - SUFFIX.length()));
      queries.put(id, SavedQuery.parse(id, read(file)));
      isEmpty = false;
    } catch (IOException | NumberFormatException e) {
      LOG.warn("{} in {} was not used: {}", file, storage.describe(), e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  private byte[] read(String name) throws IOException {
    try (StorageFile file = storage.open(name)) {
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
      int read = 0;
      while (content.hasRemaining() && read >= 0) {
        read = file.read(content, content.position());
      }
      return content.array();
    }
  }

  /// How many there are.
  int count() {
    lock.lock();
    try {
      return queries.size();
    } finally {
      lock.unlock();
    }
  }

  /// The names of the queries of a directory, in order.
  List<String> names(Place place) {
    lock.lock();
    try {
      settle(place);
      return queries.values().stream()
          .filter(query -> query.directory().equals(place.path()))
          .map(SavedQuery::name)
          .sorted()
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /// The query of this name in a directory.
  Optional<SavedQuery> find(Place place, String name) {
    lock.lock();
    try {
      settle(place);
      return at(place, name);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private Optional<SavedQuery> at(Place place, String name) {
    return queries.values().stream()
        .filter(query -> query.directory().equals(place.path()) && query.name().equals(name))
        .findFirst();
  }

  /// Lets the queries of the directory that is at `place` follow it there. What cannot be written
  /// down is found out again after the next start.
  @GuardedBy("lock")
  private void settle(Place place) {
    for (SavedQuery query : List.copyOf(queries.values())) {
      boolean isMoved =
          query.fingerprint() == place.fingerprint()
              && Fingerprint.isLasting(place.fingerprint())
              && !query.directory().equals(place.path());
      boolean isReplaced =
          query.directory().equals(place.path()) && query.fingerprint() != place.fingerprint();
      if ((isMoved && at(place, query.name()).isEmpty()) || isReplaced) {
        put(query.in(place.path(), place.fingerprint()));
      }
    }
  }

  @GuardedBy("lock")
  private void put(SavedQuery query) {
    try {
      write(query);
    } catch (VectorFailure e) {
      LOG.warn("{}", e.getMessage());
    }
    queries.put(query.id(), query);
  }

  /// Makes a query that asks nothing yet.
  void make(Place place, String name) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      settle(place);
      requireFree(place, name);
      if (queries.size() >= MAX_QUERIES) {
        throw new TooLarge("a mount has at most " + MAX_QUERIES + " saved queries");
      }
      long id = queries.isEmpty() ? 1 : queries.lastKey() + 1;
      store(new SavedQuery(id, place.path(), place.fingerprint(), name, new byte[0]));
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void requireFree(Place place, String name) throws ErrnoException {
    if (at(place, name).isPresent()) {
      throw ErrnoException.of(Errno.EEXIST);
    }
  }

  /// Gives a saved query what it asks.
  void write(Place place, String name, byte[] query) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      store(present(place, name).asking(query));
    } finally {
      lock.unlock();
    }
  }

  /// Moves a saved query to another name or directory.
  void rename(Place place, String name, Place to, String newName)
      throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      SavedQuery query = present(place, name);
      settle(to);
      requireFree(to, newName);
      store(query.in(to.path(), to.fingerprint()).named(newName));
    } finally {
      lock.unlock();
    }
  }

  /// Removes a saved query.
  void remove(Place place, String name) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      SavedQuery query = present(place, name);
      storage.delete(file(query));
      storage.sync();
      queries.remove(query.id());
      isEmpty = queries.isEmpty();
    } catch (IOException e) {
      throw new StoreBroken(storage.describe() + ": a saved query stays: " + e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private SavedQuery present(Place place, String name) throws ErrnoException {
    settle(place);
    return at(place, name).orElseThrow(() -> ErrnoException.of(Errno.ENOENT));
  }

  @GuardedBy("lock")
  private void store(SavedQuery query) throws VectorFailure {
    write(query);
    queries.put(query.id(), query);
    isEmpty = false;
  }

  @GuardedBy("lock")
  private void write(SavedQuery query) throws VectorFailure {
    String name = file(query);
    ByteBuffer content = ByteBuffer.wrap(query.toBytes());
    try {
      storage.replace(
          name,
          name + ASIDE_SUFFIX,
          file -> {
            while (content.hasRemaining()) {
              int _ = file.write(content, content.position());
            }
          });
    } catch (StorageFullException e) {
      throw new StoreFull(storage.describe() + " has no room for a saved query");
    } catch (IOException e) {
      throw new StoreBroken(
          storage.describe() + ": a saved query cannot be written: " + e.getMessage());
    }
  }

  private static String file(SavedQuery query) {
    return PREFIX + query.id() + SUFFIX;
  }

  @Override
  public boolean isInterested() {
    return !isEmpty;
  }

  @Override
  public void renamed(TreePath from, TreePath to) {
    removed(to);
    move(query -> query.directory().isWithin(from), from, to);
  }

  @Override
  public void exchanged(TreePath path, TreePath other) {
    lock.lock();
    try {
      List<SavedQuery> there =
          queries.values().stream().filter(query -> query.directory().isWithin(other)).toList();
      move(query -> query.directory().isWithin(path), path, other);
      move(there::contains, other, path);
    } finally {
      lock.unlock();
    }
  }

  private void move(Predicate<SavedQuery> which, TreePath from, TreePath to) {
    lock.lock();
    try {
      for (SavedQuery query : queries.values().stream().filter(which).toList()) {
        TreePath directory = to.resolve(query.directory().relativeTo(from));
        put(query.in(directory, query.fingerprint()));
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void removed(TreePath directory) {
    lock.lock();
    try {
      for (SavedQuery query : List.copyOf(queries.values())) {
        if (query.directory().equals(directory)) {
          remove(new Place(directory, query.fingerprint()), query.name());
        }
      }
    } catch (ErrnoException | VectorFailure e) {
      LOG.warn("A saved query of {} stays: {}", directory, e.getMessage());
    } finally {
      lock.unlock();
    }
  }
}
