package org.vexfs.daemon.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;

/// The vectors of the files of SOURCE, kept in a log and found by path.
///
/// A file is named by its path and its [org.vexfs.daemon.io.Fingerprint], here called its inode (0
/// where it is not known), so that a hard link leads to the vectors of its file, a file that was
/// moved behind the mount has them with it, and one that was replaced keeps those of its path;
/// [Resolution] has the rules. A change that returned survives the end of the process, however it
/// ends; after [#sync] it survives power loss as well.
///
/// Any thread may call anything, until [#close]. Changes happen one after another under the writer
/// lock, which is held while the log is written. Reading the tree waits only for another change's
/// few steps in memory, never for the disk; reading collections waits for nothing. Whoever looks at
/// vectors holds a [Pin].
public final class VectorStore {
  private final String place;
  private final Closeable lock;
  private final VectorLog log;
  private final HostProbe probe;
  private final GraphFiles graphs;

  private final Contents contents;
  private final GuardedContents guarded;

  /// Read by those who look at vectors, written while entries move and mappings end. The last in
  /// the lock order; nothing is waited for while it is held.
  private final ReentrantReadWriteLock moving = new ReentrantReadWriteLock();

  private final Upkeep upkeep;
  private final Whereabouts whereabouts;
  private final NameChanges names;

  /// Written under the writer lock.
  private boolean closed;

  VectorStore(
      String place,
      StoreOptions options,
      Closeable lock,
      VectorLog log,
      Contents contents,
      Checkpoints checkpoints,
      GraphFiles graphs,
      HostProbe probe) {
    this.place = place;
    this.lock = lock;
    this.log = log;
    this.contents = contents;
    this.probe = probe;
    this.graphs = graphs;
    this.guarded = new GuardedContents(place, contents, log, options);
    this.upkeep =
        new Upkeep(
            place,
            options,
            log,
            contents,
            checkpoints,
            graphs,
            moving.writeLock(),
            guarded.writing(),
            guarded.naming().writeLock());
    this.whereabouts = new Whereabouts(this, contents.catalogue());
    this.names = new NameChanges(this, contents, probe);
  }

  /// While this is open, no vector moves and no memory of vectors goes away. Held by whoever looks
  /// at vectors, for one search or one step of building an index, and closed by the thread that
  /// opened it.
  public static final class Pin implements AutoCloseable {
    private final ReentrantReadWriteLock.ReadLock held;

    private Pin(ReentrantReadWriteLock.ReadLock held) {
      this.held = held;
      held.lock();
    }

    @Override
    public void close() {
      held.unlock();
    }
  }

  /// Keeps vectors where they are.
  public Pin pin() {
    NativeCallback.refuseVectorWork();
    return new Pin(moving.readLock());
  }

  /// What keeps this store small and quick to open.
  public Upkeep upkeep() {
    return upkeep;
  }

  /// Where the graphs of the collections are kept.
  public GraphFiles graphs() {
    return graphs;
  }

  /// The changes of names that SOURCE makes.
  public NameChanges names() {
    return names;
  }

  /// Where the files are that SOURCE changed behind the mount.
  public Whereabouts whereabouts() {
    return whereabouts;
  }

  /// All collections, in the order of their names.
  public List<VectorCollection> collections() {
    return guarded.reading(() -> List.copyOf(contents.collections().values()));
  }

  /// The collection of this name.
  public Optional<VectorCollection> collection(String name) {
    return guarded.reading(() -> Optional.ofNullable(contents.collections().get(name)));
  }

  /// Makes a collection, or changes one that never had a vector.
  ///
  /// @param embedder what makes vectors of text for it
  /// @throws InvalidRequest where the name is no name, or the collection has had vectors and other
  ///   settings
  public VectorCollection configure(String name, Metric metric, Optional<String> embedder)
      throws VectorFailure {
    VectorChecks.checkName(name);
    guarded.change(
        upkeep,
        plan -> {
          Optional<VectorCollection> known = collection(name);
          if (known.isPresent() && isSo(known.get(), metric, embedder)) {
            return;
          }
          int id = known.map(VectorCollection::id).orElse(contents.nextCollectionId());
          plan.define(
              new LogRecord.DefineCollection(id, name, metric.id(), 0, embedderBytes(embedder)));
        });
    return collection(name).orElseThrow();
  }

  /// Whether a collection has these settings already.
  ///
  /// @throws InvalidRequest where it has others and they are fixed
  private static boolean isSo(VectorCollection collection, Metric metric, Optional<String> embedder)
      throws InvalidRequest {
    if (collection.metric() == metric && collection.embedder().equals(embedder)) {
      return true;
    }
    if (collection.dimension() != 0) {
      throw new InvalidRequest(
          "collection "
              + collection.name()
              + " has had vectors: its metric "
              + collection.metric().id()
              + " and embedder "
              + collection.embedder().orElse("(none)")
              + " are fixed; use a new collection");
    }
    return false;
  }

  private static String embedderBytes(Optional<String> embedder) {
    return embedder.map(TreePath::bytesOfText).orElse("");
  }

  /// Gives a file an entry in a collection, in place of the one it may have. A collection that does
  /// not exist is made, with the euclidean metric; the first vector fixes its dimension.
  ///
  /// @throws VectorFailure.InvalidVector where the dimension is another, or a value is not finite,
  ///   or a row is zero and the metric cannot have that
  /// @throws VectorFailure.TooLarge where the matrix is over a limit
  public void put(TreePath path, long inode, String collection, VectorMatrix matrix)
      throws VectorFailure {
    try (Batch batch = batch()) {
      batch.put(path, inode, collection, matrix);
    }
  }

  /// Changes that are acknowledged together, when this is closed: where every change is to be
  /// durable, one flush does for all of them. Each is a change by itself, seen by others at once,
  /// and one that fails leaves the others.
  public final class Batch implements AutoCloseable {
    private Batch() {}

    /// As [VectorStore#put], but for being acknowledged.
    public void put(TreePath path, long inode, String collection, VectorMatrix matrix)
        throws VectorFailure {
      VectorChecks.checkName(collection);
      VectorChecks.checkPath(path);
      boolean _ =
          guarded.changeUnsettled(upkeep, plan -> plan(plan, path, inode, collection, matrix));
    }

    /// Acknowledges the changes.
    @Override
    public void close() throws VectorFailure {
      guarded.settle();
    }
  }

  /// Begins changes that are acknowledged together.
  public Batch batch() {
    return new Batch();
  }

  private void plan(
      ChangePlan plan, TreePath path, long inode, String collection, VectorMatrix matrix)
      throws VectorFailure {
    Optional<VectorCollection> known = collection(collection);
    Metric metric = known.map(VectorCollection::metric).orElse(Metric.EUCLIDEAN);
    int dimension = known.map(VectorCollection::dimension).orElse(0);
    VectorChecks.checkMatrix(matrix, collection, metric, dimension);
    if (known.isPresent() && !known.get().hasRoomFor(matrix.rows())) {
      throw new StoreFull("collection " + collection + " has no slots left: mount again");
    }
    int id = known.map(VectorCollection::id).orElse(contents.nextCollectionId());
    if (dimension == 0) {
      plan.define(
          new LogRecord.DefineCollection(
              id,
              collection,
              metric.id(),
              matrix.dimension(),
              embedderBytes(known.flatMap(VectorCollection::embedder))));
    }
    plan.put(plan.fileAt(path, inode, resolve(path, inode)), id, matrix);
  }

  /// Which file of the catalogue a file of the host is; the writer lock is held.
  Resolution resolve(TreePath path, long inode) {
    return Resolution.of(contents.catalogue(), probe, path, inode);
  }

  /// The vectors that a file has in a collection.
  public Optional<VectorMatrix> get(TreePath path, long inode, String collection)
      throws VectorFailure {
    Optional<VectorCollection> known = collection(collection);
    Optional<FileNode> file = file(path, inode);
    if (known.isEmpty() || file.isEmpty()) {
      return Optional.empty();
    }
    Optional<Entry> entry = file.get().entry(known.get());
    try (Pin _ = pin()) {
      if (entry.isPresent()) {
        requireSound(entry.get());
      }
      return entry.map(Entry::matrix);
    } catch (InternalError e) {
      // How the JVM reports a page of a mapping that the disk did not give.
      throw new StoreBroken("the vectors of " + path + " cannot be read from " + place + ": " + e);
    }
  }

  /// Checks that a row is what was written, before it is shown to anybody. A [Pin] is held.
  ///
  /// @throws StoreBroken where its record is damaged on the disk
  public void requireSound(FoundRow row) throws StoreBroken {
    requireSound(row.entry());
  }

  private void requireSound(Entry entry) throws StoreBroken {
    if (!entry.isSound()) {
      throw new StoreBroken(
          "the vectors of "
              + paths(entry.file())
              + " are damaged, in "
              + entry.segment().file().name()
              + " of "
              + place
              + " at byte "
              + entry.position()
              + ": attach them again");
    }
  }

  /// Takes a file's entry out of a collection, and says whether there was one.
  public boolean remove(TreePath path, long inode, String collection) throws VectorFailure {
    return guarded.change(
        upkeep,
        plan -> {
          Optional<VectorCollection> known = collection(collection);
          Resolution resolution = resolve(path, inode);
          if (known.isPresent()
              && resolution.file().flatMap(file -> file.entry(known.get())).isPresent()) {
            plan.settle(path, inode, resolution);
            plan.delete(resolution.file().get(), known.get());
          }
        });
  }

  /// The names of the collections in which a file has an entry, in order.
  public List<String> collectionsOf(TreePath path, long inode) {
    return file(path, inode).map(FileNode::entries).orElse(List.of()).stream()
        .map(entry -> entry.collection().name())
        .sorted()
        .toList();
  }

  /// The file at `path`, where it has entries. Changes nothing.
  public Optional<FileNode> file(TreePath path, long inode) {
    Optional<Optional<FileNode>> plain = guarded.reading(() -> plainlyKnown(path, inode));
    if (plain.isPresent()) {
      return plain.get();
    }
    return guarded.holding(() -> resolve(path, inode).file());
  }

  /// The answer where path and inode do not contradict one another, which spares asking the host.
  private Optional<Optional<FileNode>> plainlyKnown(TreePath path, long inode) {
    Optional<FileNode> known = contents.catalogue().findFile(path);
    boolean plain =
        inode == 0
            || (known.isPresent()
                ? known.get().inode() == inode
                : contents.catalogue().findInode(inode).isEmpty());
    return plain ? Optional.of(known) : Optional.empty();
  }

  /// The directory at `path`, where there are vectors below it: the scope of a search, see
  /// [FileNode#isWithin].
  public Optional<DirectoryNode> directory(TreePath path) {
    return guarded.reading(() -> contents.catalogue().findDirectory(path));
  }

  /// The files below a directory; empty where there are so many, about `most`, that others would
  /// have to wait while they are gathered.
  public Optional<List<FileNode>> filesBelow(DirectoryNode directory, int most) {
    return guarded.reading(() -> contents.catalogue().filesBelow(directory, most));
  }

  /// Grows with every change, made before that change is acknowledged, after which a file that was
  /// there may lie below other directories than before. Waits for nothing.
  public long moves() {
    return contents.catalogue().moves();
  }

  /// All paths of a file; none once it lost its entries or is gone.
  public List<TreePath> paths(FileNode file) {
    return guarded.reading(() -> contents.catalogue().paths(file));
  }

  /// SOURCE has removed a name of a file; with the last one its vectors go.
  public void unlinked(TreePath file) throws VectorFailure {
    guarded.change(upkeep, plan -> plan.drop(file));
  }

  /// Tells `listener` of every later change of a collection's slots.
  ///
  /// @return the slots handed out before: what is live among them the listener has to look up
  ///   itself, and hears of as removed only
  public int addListener(VectorCollection collection, SlotListener listener) {
    return guarded.holding(() -> {
      collection.addListener(listener);
      return collection.slotLimit();
    });
  }

  /// Tells `listener` nothing more.
  public void removeListener(VectorCollection collection, SlotListener listener) {
    collection.removeListener(listener);
  }

  /// Makes durable every change that returned before this was called.
  public void sync() throws VectorFailure {
    log.sync();
  }

  /// Whether no file has an entry.
  public boolean isEmpty() {
    return guarded.reading(() -> contents.entries() == 0);
  }

  /// Figures of this moment; asks the disk whether the store's files are there.
  public StoreState state() {
    return guarded.reading(() ->
        new StoreState(
            log.segmentCount(),
            log.bytes(),
            log.liveBytes(),
            log.deadBytes(),
            contents.entries(),
            log.flushes(),
            upkeep.checkpointState(),
            log.refusal()));
  }

  /// Makes all changes durable and gives the store back. Nobody may read vectors any more: their
  /// memory goes. Does nothing the second time.
  public void close() throws VectorFailure {
    upkeep.lock();
    guarded.writing().lock();
    try {
      if (!closed) {
        closed = true;
        closeOnce();
      }
    } finally {
      guarded.writing().unlock();
      upkeep.unlock();
    }
  }

  private void closeOnce() throws VectorFailure {
    try (lock;
        log;
        upkeep) {
      log.seal();
      upkeep.checkpointBeforeClosing();
    } catch (IOException e) {
      throw log.latch("the store in " + place + " could not be closed: " + e);
    }
    log.latch("the store is closed");
  }

  /// Makes one change.
  void changing(GuardedContents.Planning planning) throws VectorFailure {
    boolean _ = guarded.change(upkeep, planning);
  }

  /// Looks at the tree while no change is applied.
  <T> T reading(GuardedContents.Reading<T> reading) {
    return guarded.reading(reading);
  }
}
