package org.vexfs.daemon.bench;

import java.util.concurrent.atomic.AtomicInteger;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.SearchScratch;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.index.Traversal;

/// The index of this project.
final class VexfsIndex extends JavaIndex {
  private final Traversal traversal;
  private final HnswGraph graph;

  VexfsIndex(DataSet data, Traversal traversal) {
    super(data);
    this.traversal = traversal;
    HnswParameters parameters = new HnswParameters(M, EF_CONSTRUCTION, 1, traversal);
    this.graph = new HnswGraph(data.base(), data.metric(), parameters);
  }

  @Override
  public String name() {
    return traversal == Traversal.CODES ? "VexFS" : "VexFS, float32";
  }

  @Override
  void insertAll(int threads) {
    AtomicInteger next = new AtomicInteger();
    Threads.run(
        threads,
        _ -> {
          for (int slot = next.getAndIncrement();
              slot < data.base().count();
              slot = next.getAndIncrement()) {
            graph.insert(slot);
          }
        });
  }

  @Override
  public long bytesPerVector() {
    long vector = traversal == Traversal.CODES ? 0 : (long) Float.BYTES * data.dimension();
    return graph.bytesPerNode() + vector;
  }

  @Override
  Searches searches() {
    SearchScratch scratch = new SearchScratch();
    FloatMatrix queries = data.queries();
    return (query, ef, nearest) -> {
      int found =
          graph.search(
              queries.memory(),
              queries.offset(query),
              nearest.length,
              ef,
              SlotPredicate.ALL,
              scratch);
      for (int rank = 0; rank < found; rank++) {
        nearest[rank] = scratch.slot(rank);
      }
      return found;
    };
  }

  @Override
  public void close() {}
}
