package org.vexfs.daemon.bench;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.distance.Metric;

/// JVector's graph in memory, with float32 vectors: layers and degrees as those of HNSW, its usual
/// overflow and alpha.
final class JVectorIndex extends JavaIndex {
  private static final VectorTypeSupport TYPES =
      VectorizationProvider.getInstance().getVectorTypeSupport();
  private static final float OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;

  private final VectorSimilarityFunction similarity;
  private final ListRandomAccessVectorValues vectors;
  private @Nullable ImmutableGraphIndex graph;

  JVectorIndex(DataSet data) {
    super(data);
    // Vectors under the cosine have unit length here.
    this.similarity =
        data.metric() == Metric.COSINE
            ? VectorSimilarityFunction.DOT_PRODUCT
            : VectorSimilarityFunction.EUCLIDEAN;
    this.vectors = new ListRandomAccessVectorValues(vectors(data.base()), data.dimension());
  }

  private static List<VectorFloat<?>> vectors(FloatMatrix matrix) {
    List<VectorFloat<?>> vectors = new ArrayList<>(matrix.count());
    for (int row = 0; row < matrix.count(); row++) {
      vectors.add(TYPES.createFloatVector(matrix.row(row)));
    }
    return vectors;
  }

  @Override
  public String name() {
    return "JVector";
  }

  @Override
  void insertAll(int threads) throws IOException {
    try (ForkJoinPool pool = new ForkJoinPool(threads);
        GraphIndexBuilder builder =
            GraphIndexBuilder.builder(
                    BuildScoreProvider.randomAccessScoreProvider(vectors, similarity),
                    data.dimension(),
                    List.of(2 * M, M))
                .withBeamWidth(EF_CONSTRUCTION)
                .withNeighborOverflow(OVERFLOW)
                .withAlpha(ALPHA)
                .withSimdExecutor(pool)
                .withParallelExecutor(pool)
                .build()) {
      graph = builder.build(vectors);
    }
  }

  private ImmutableGraphIndex graph() {
    if (graph == null) {
      throw new IllegalStateException("not built");
    }
    return graph;
  }

  @Override
  public long bytesPerVector() {
    return graph().ramBytesUsed() / data.base().count() + (long) Float.BYTES * data.dimension();
  }

  @Override
  Searches searches() {
    GraphSearcher searcher = new GraphSearcher(graph());
    List<VectorFloat<?>> queries = vectors(data.queries());
    return (query, ef, nearest) -> {
      SearchResult result =
          searcher.search(
              DefaultSearchScoreProvider.exact(queries.get(query), similarity, vectors),
              nearest.length,
              ef,
              0,
              0,
              Bits.ALL);
      SearchResult.NodeScore[] nodes = result.getNodes();
      for (int rank = 0; rank < nodes.length; rank++) {
        nearest[rank] = nodes[rank].node;
      }
      return nodes.length;
    };
  }

  @Override
  public void close() throws IOException {
    if (graph != null) {
      graph.close();
    }
  }
}
