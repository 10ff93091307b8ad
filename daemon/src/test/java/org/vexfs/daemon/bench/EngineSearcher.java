package org.vexfs.daemon.bench;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.search.Answer;
import org.vexfs.daemon.search.Hit;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.OpenView;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.search.SearchView;

/// Asks the engine in this process.
final class EngineSearcher implements Searcher {
  /// Everybody may see everything.
  static final SearchView OPEN = new OpenView();

  private final String name;
  private final KnnSearchEngine engine;
  private final List<Query> queries;
  private Answer answer = new Answer(List.of());

  /// @param ef breadth of the search; 0 for an exact one
  EngineSearcher(KnnSearchEngine engine, DataSet data, int ef) {
    this.name = "in process, " + (ef == 0 ? "exact" : "ef " + ef);
    this.engine = engine;
    this.queries =
        data.queryVectors().stream()
            .map(vector ->
                new Query(
                    new Query.ByVector(vector),
                    Query.DEFAULT_COLLECTION,
                    Query.DEFAULT_K,
                    ef,
                    ef == 0,
                    0,
                    OptionalDouble.empty(),
                    Optional.empty(),
                    Set.of()))
            .toList();
  }

  @Override
  public String name() {
    return name;
  }

  /// What the engine is asked.
  Query query(int query) {
    return queries.get(query);
  }

  @Override
  public void ask(int query) throws VectorFailure {
    answer = engine.search(queries.get(query), TreePath.ROOT, OPEN);
  }

  /// The hits of one query.
  List<Hit> hits(int query) throws VectorFailure {
    ask(query);
    return answer.results().getFirst().hits();
  }

  @Override
  public double[] distances() {
    return answer.results().getFirst().hits().stream().mapToDouble(hit -> hit.distance()).toArray();
  }
}
