package org.vexfs.daemon.search;

import java.util.concurrent.ConcurrentHashMap;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// The indexes of a store's collections, each begun when it is first asked for.
public final class CollectionIndexes implements AutoCloseable {
  private final VectorStore store;
  private final ConcurrentHashMap<String, CollectionIndex> indexes = new ConcurrentHashMap<>();
  private final CoreThreads builders = CoreThreads.inBackground("index-builder");
  private final CoreThreads scanners = new CoreThreads("scanner");

  /// No index yet.
  public CollectionIndexes(VectorStore store) {
    this.store = store;
  }

  /// Begins the indexes of all collections that have vectors, so that the first search finds them
  /// under way.
  public void start() {
    store.collections().forEach(this::of);
  }

  CollectionIndex of(VectorCollection collection) {
    return indexes.computeIfAbsent(
        collection.name(), name -> CollectionIndex.over(store, collection, builders, scanners));
  }

  /// Slots of a collection that searches still compare one by one.
  public int pendingSlots(VectorCollection collection) {
    return of(collection).pendingSlots();
  }

  /// Waits until the graph that was written of a collection was read.
  public void awaitRead(VectorCollection collection) throws InterruptedException {
    of(collection).awaitTakenOver();
  }

  /// Ends all indexing. No search may be under way.
  @Override
  public void close() {
    indexes.values().forEach(CollectionIndex::close);
    indexes.clear();
    builders.close();
    scanners.close();
  }
}
