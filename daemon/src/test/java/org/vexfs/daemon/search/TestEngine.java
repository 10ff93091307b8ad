package org.vexfs.daemon.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// An engine over a store in a directory of the host, with its indexes. Everybody may see all.
final class TestEngine implements AutoCloseable {
  /// Everybody may see everything.
  static final SearchView OPEN = new OpenView();

  private static final long POLL_NANOS = 1_000_000;

  final VectorStore store;
  final CollectionIndexes indexes;
  final KnnSearchEngine engine;

  private TestEngine(VectorStore store) {
    this.store = store;
    this.indexes = new CollectionIndexes(store);
    this.engine = new KnnSearchEngine(store, indexes);
  }

  static TestEngine in(Path directory, Metric metric) throws IOException, VectorFailure {
    VectorStore store =
        UnrecoveredStore.open(HostDirectory.at(directory), StoreOptions.DEFAULT)
            .recover(_ -> 0)
            .store();
    VectorCollection _ = store.configure(Query.DEFAULT_COLLECTION, metric, Optional.empty());
    return new TestEngine(store);
  }

  void put(String path, VectorMatrix matrix) throws VectorFailure {
    store.put(new TreePath(path), 0, Query.DEFAULT_COLLECTION, matrix);
  }

  void remove(String path) throws VectorFailure {
    boolean _ = store.remove(new TreePath(path), 0, Query.DEFAULT_COLLECTION);
  }

  VectorCollection collection() {
    return store.collection(Query.DEFAULT_COLLECTION).orElseThrow();
  }

  /// Waits until every vector is in the graph.
  void awaitGraph() {
    while (indexes.pendingSlots(collection()) > 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /// The hits of the one question of a query.
  List<Hit> hits(Query query, String directory) throws VectorFailure {
    return engine.search(query, new TreePath(directory), OPEN).results().getFirst().hits();
  }

  static Query query(VectorMatrix vectors, int k, boolean exact) {
    return query(vectors, k, 0, exact, OptionalDouble.empty());
  }

  static Query query(
      VectorMatrix vectors, int k, int offset, boolean exact, OptionalDouble maxDistance) {
    return new Query(
        new Query.ByVector(vectors),
        Query.DEFAULT_COLLECTION,
        k,
        0,
        exact,
        offset,
        maxDistance,
        Optional.empty(),
        Set.of());
  }

  @Override
  public void close() throws VectorFailure {
    indexes.close();
    store.close();
  }
}
