package org.vexfs.daemon.bench;

import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.SearchScratch;
import org.vexfs.daemon.index.SlotPredicate;

/// The graph by itself.
final class GraphSubject implements InsertingBenchmark.Subject {
  private final DataSet data;
  private final HnswGraph graph;
  private final SearchScratch scratch = new SearchScratch();

  GraphSubject(DataSet data) {
    this.data = data;
    this.graph =
        new HnswGraph(data.base(), data.metric(), HnswParameters.forDimension(data.dimension()));
  }

  @Override
  public String name() {
    return "the graph";
  }

  @Override
  public void insert(int index) {
    graph.insert(index);
  }

  @Override
  public void awaitRoom() {}

  @Override
  public void awaitGraph() {}

  @Override
  public float[] search(int query, int ef) {
    FloatMatrix queries = data.queries();
    float[] distances =
        new float
            [graph.search(
                queries.memory(), queries.offset(query), Truth.K, ef, SlotPredicate.ALL, scratch)];
    for (int rank = 0; rank < distances.length; rank++) {
      distances[rank] = data.metric().reported(scratch.distance(rank));
    }
    return distances;
  }
}
