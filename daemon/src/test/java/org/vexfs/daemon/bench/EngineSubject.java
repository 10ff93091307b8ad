package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.search.CollectionIndexes;
import org.vexfs.daemon.search.Hit;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// The engine over a store, whose index works behind those who attach. They wait for it where it is
/// far behind, so that two threads insert, the indexer and the one that helps it, and searches do
/// not compare ever more vectors that are not in the graph.
final class EngineSubject implements InsertingBenchmark.Subject, AutoCloseable {
  private static final int MOST_PENDING = 64;
  private static final long POLL_NANOS = 100_000;

  private final DataSet data;
  private final VectorStore store;
  private final VectorCollection collection;
  private final CollectionIndexes indexes;
  private final EngineSearcher searcher;

  EngineSubject(DataSet data, Path directory) throws IOException, VectorFailure {
    this.data = data;
    this.store =
        UnrecoveredStore.open(HostDirectory.at(directory), StoreOptions.DEFAULT)
            .recover(_ -> 0)
            .store();
    this.collection = store.configure(Query.DEFAULT_COLLECTION, data.metric(), Optional.empty());
    this.indexes = new CollectionIndexes(store);
    this.searcher = new EngineSearcher(new KnnSearchEngine(store, indexes), data, 100);
  }

  @Override
  public String name() {
    return "the engine";
  }

  @Override
  public void insert(int index) throws VectorFailure {
    store.put(
        TreePath.ofText(DataSet.path(index)),
        0,
        Query.DEFAULT_COLLECTION,
        data.base().vector(index));
  }

  @Override
  public void awaitRoom() {
    awaitPendingAtMost(MOST_PENDING);
  }

  @Override
  public void awaitGraph() {
    awaitPendingAtMost(0);
  }

  private void awaitPendingAtMost(int most) {
    while (collection.dimension() != 0 && indexes.pendingSlots(collection) > most) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  @Override
  public float[] search(int query, int ef) throws VectorFailure {
    List<Hit> hits = searcher.hits(query);
    float[] distances = new float[hits.size()];
    for (int i = 0; i < distances.length; i++) {
      distances[i] = hits.get(i).distance();
    }
    return distances;
  }

  @Override
  public void close() throws VectorFailure {
    indexes.close();
    store.close();
  }
}
