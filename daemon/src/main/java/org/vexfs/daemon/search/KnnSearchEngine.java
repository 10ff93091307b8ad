package org.vexfs.daemon.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.NotFound;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.store.DirectoryNode;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;
import org.vexfs.daemon.store.VectorValues;

/// Answers queries over a store: finds the vectors that a query is about, and the rows nearest to
/// them.
///
/// A file is hit by its best row. What a query is *like* is not among its own hits. Any thread may
/// ask.
public final class KnnSearchEngine {
  private final VectorStore store;
  private final CollectionIndexes indexes;
  private final ResultCache cache = new ResultCache();
  private final HashingEmbedder embedder = new HashingEmbedder();
  private final SearchTurns turns = new SearchTurns();
  private final SearchTimes times;

  /// An engine over `store`, whose collections `indexes` keeps indexed.
  public KnnSearchEngine(VectorStore store, CollectionIndexes indexes) {
    this(store, indexes, new SearchTimes(true));
  }

  /// The same, which tells `times` how long its stages take.
  public KnnSearchEngine(VectorStore store, CollectionIndexes indexes, SearchTimes times) {
    this.times = times;
    this.store = store;
    this.indexes = indexes;
  }

  /// Finds the hits of a query below a directory.
  ///
  /// @param directory whose files are searched, and what `like` and the hits' paths are relative to
  /// @throws NotFound where the collection does not exist, or the file that hits are to be like has
  ///   no vector in it
  /// @throws InvalidVector where the query's vector does not fit the collection
  /// @throws InvalidRequest where words are given and the collection has no embedder, or no word is
  ///   among them
  public Answer search(Query query, TreePath directory, SearchView view) throws VectorFailure {
    return inTurn(query, directory, view, Optional.empty());
  }

  /// The same, among the files only that `filter` lets through. It is asked on several threads at
  /// once, of files that may be going away at that moment, and does not fail.
  public Answer search(Query query, TreePath directory, SearchView view, Predicate<FileNode> filter)
      throws VectorFailure {
    return inTurn(query, directory, view, Optional.of(filter));
  }

  /// How long the stages of searches take.
  public SearchTimes times() {
    return times;
  }

  /// Searches that wait for others to end, about.
  public int waiting() {
    return turns.waiting();
  }

  private Answer inTurn(
      Query query, TreePath directory, SearchView view, Optional<Predicate<FileNode>> filter)
      throws VectorFailure {
    NativeCallback.refuseVectorWork();
    long asked = times.begin();
    try (SearchTurns.Turn _ = turns.take()) {
      times.end(SearchTimes.Stage.WAIT, asked);
      return search(query, directory, view, filter);
    }
  }

  private Answer search(
      Query query, TreePath directory, SearchView view, Optional<Predicate<FileNode>> filter)
      throws VectorFailure {
    long start = System.nanoTime();
    if (query.target() instanceof Query.Fused fused) {
      return fuse(query, fused.queries(), directory, view, filter, start);
    }
    VectorCollection collection = collection(query.collection());
    if (query.target() instanceof Query.LikePath like) {
      requireVisible(directory.resolve(like.path()), collection, view);
    }
    Optional<FileFilter> asked =
        query.filter().map(given -> new FileFilter(store, directory, given, view.facts()));
    boolean mayKeep = filter.isEmpty() && ResultCache.keeps(query);
    Optional<HostState> state = mayKeep ? view.state() : Optional.empty();
    if (state.isEmpty()) {
      return find(query, collection, directory, view, asked, filter, start);
    }
    ResultCache.Key key =
        new ResultCache.Key(query, directory, state.get().uid(), state.get().groups());
    // What the answer depends on, as it is before the search begins.
    ResultCache.Version version = version(collection, state.get(), asked);
    Optional<Answer> kept = cache.find(key, version, state.get().trustNanos());
    if (kept.isPresent()) {
      Optional<Answer> again = lookAgain(kept.get(), query, directory, view, asked, start);
      if (again.isPresent()) {
        cache.hit();
        return again.get();
      }
    }
    Answer answer = find(query, collection, directory, view, asked, filter, start);
    cache.keep(key, version, start, answer);
    return answer;
  }

  private ResultCache.Version version(
      VectorCollection collection, HostState state, Optional<FileFilter> filter) {
    boolean asksHost = filter.isPresent() && filter.get().asksHost();
    return new ResultCache.Version(
        collection.version(), store.moves(), state.names(), asksHost ? state.contents() : 0);
  }

  /// An answer that was given before, if all its files still are hits.
  private Optional<Answer> lookAgain(
      Answer kept,
      Query query,
      TreePath directory,
      SearchView view,
      Optional<FileFilter> filter,
      long start) {
    List<Answer.Result> results = new ArrayList<>();
    for (Answer.Result result : kept.results()) {
      List<Hit> hits = new ArrayList<>();
      for (Hit hit : result.hits()) {
        TreePath path = directory.resolve(hit.path());
        if (!view.isVisible(path) || !(filter.isEmpty() || passesNow(filter.get(), path))) {
          return Optional.empty();
        }
        hits.add(
            query.with().contains(Query.Extra.ATTRIBUTES) ? hit.with(view.attributes(path)) : hit);
      }
      long micros = (System.nanoTime() - start) / 1000;
      results.add(new Answer.Result(hits, result.summary().tookNow(micros)));
    }
    return Optional.of(new Answer(results));
  }

  private boolean passesNow(FileFilter filter, TreePath path) {
    return store.file(path, 0).filter(file -> filter.testNow(file, path)).isPresent();
  }

  /// How useful the cache of answers is.
  public CacheFigures cacheFigures() {
    return cache.figures();
  }

  private Answer find(
      Query query,
      VectorCollection collection,
      TreePath directory,
      SearchView view,
      Optional<FileFilter> asked,
      Optional<Predicate<FileNode>> filter,
      long start)
      throws VectorFailure {
    long begun = times.begin();
    Target target = target(query, directory, collection);
    Scope scope =
        scope(directory, target.excluded()).where(both(asked.map(given -> given::test), filter));
    times.end(SearchTimes.Stage.TARGET, begun);
    if (!scope.isPossible()) {
      return nothing(target, start);
    }
    CollectionIndex index = indexes.of(collection);
    List<Answer.Result> results = new ArrayList<>();
    int step = target.isOneQuestion() ? target.vectors().rows() : NearestFiles.QUESTIONS_AT_ONCE;
    for (int from = 0; from < target.vectors().rows(); from += step) {
      try (VectorStore.Pin _ = store.pin()) {
        NearestFiles nearest =
            new NearestFiles(store, index, query, scope, asked, view, times, start);
        if (target.isOneQuestion()) {
          results.add(nearest.findNearAny(0, target.vectors()));
        } else {
          int to = Math.min(target.vectors().rows(), from + step);
          results.addAll(nearest.findNearEach(target.vectors(), from, to));
        }
      }
    }
    return new Answer(results);
  }

  /// Searches for each of several queries, and makes one ranking of what they find.
  private Answer fuse(
      Query query,
      List<Query> parts,
      TreePath directory,
      SearchView view,
      Optional<Predicate<FileNode>> filter,
      long start)
      throws VectorFailure {
    RankFusion fusion = new RankFusion();
    boolean exact = true;
    long searched = 0;
    for (Query part : parts) {
      for (Answer.Result result :
          search(part.where(query.filter()), directory, view, filter).results()) {
        fusion.add(result.hits());
        exact &= result.summary().exact();
        searched += result.summary().searched();
      }
    }
    List<Hit> ranked = fusion.ranked();
    List<Hit> hits = new ArrayList<>();
    for (int i = query.offset(); i < Math.min(ranked.size(), query.offset() + query.k()); i++) {
      Hit hit = ranked.get(i);
      hits.add(
          query.with().contains(Query.Extra.ATTRIBUTES)
              ? hit.with(view.attributes(directory.resolve(hit.path())))
              : hit);
    }
    long micros = (System.nanoTime() - start) / 1000;
    return new Answer(
        List.of(
            new Answer.Result(hits, new SearchSummary(0, hits.size(), exact, searched, micros))));
  }

  private static Optional<Predicate<FileNode>> both(
      Optional<Predicate<FileNode>> one, Optional<Predicate<FileNode>> other) {
    return one.isPresent() && other.isPresent()
        ? Optional.of(one.get().and(other.get()))
        : one.or(() -> other);
  }

  /// What a query is about.
  ///
  /// @param vectors what to be near to
  /// @param isOneQuestion whether a hit is near to any of the vectors, rather than each being asked
  ///   for by itself
  /// @param excluded the file that is no hit
  private record Target(VectorMatrix vectors, boolean isOneQuestion, Optional<FileNode> excluded) {}

  private VectorCollection collection(String name) throws NotFound {
    return store
        .collection(name)
        .filter(collection -> collection.dimension() != 0)
        .orElseThrow(() ->
            new NotFound("collection " + name + " has no vectors: attach one to a file first"));
  }

  private Target target(Query query, TreePath directory, VectorCollection collection)
      throws VectorFailure {
    return switch (query.target()) {
      case Query.ByVector given -> questions(given.vectors(), collection);
      case Query.ByRaw raw ->
          questions(
              VectorValues.parse(raw.bytes(), OptionalInt.of(collection.dimension())), collection);
      case Query.ByText words -> questions(embed(words.text(), collection), collection);
      case Query.LikePath like -> like(directory.resolve(like.path()), collection);
      case Query.Fused _ -> throw new IllegalArgumentException("queries within queries");
    };
  }

  private static Target questions(VectorMatrix vectors, VectorCollection collection)
      throws InvalidVector {
    if (vectors.dimension() != collection.dimension()) {
      throw new InvalidVector(
          "the query's vector has "
              + vectors.dimension()
              + " values, those of collection "
              + collection.name()
              + " have "
              + collection.dimension());
    }
    if (collection.metric().refusesZero()) {
      requireNonZero(vectors, collection);
    }
    return new Target(vectors, false, Optional.empty());
  }

  private static void requireNonZero(VectorMatrix vectors, VectorCollection collection)
      throws InvalidVector {
    for (int row = 0; row < vectors.rows(); row++) {
      boolean isZero = true;
      for (int i = 0; i < vectors.dimension() && isZero; i++) {
        isZero = vectors.values()[row * vectors.dimension() + i] == 0;
      }
      if (isZero) {
        throw new InvalidVector(
            "row "
                + row
                + " of the query is zero, which has no distance under "
                + collection.metric().id());
      }
    }
  }

  private VectorMatrix embed(String text, VectorCollection collection) throws InvalidRequest {
    String name = collection.embedder().orElse("");
    if (!name.equals(HashingEmbedder.NAME)) {
      throw new InvalidRequest(
          "collection "
              + collection.name()
              + (name.isEmpty() ? " has no embedder" : " has embedder " + name + ", unknown here")
              + ", so it cannot be searched by words; 'vexfs index' makes one that can");
    }
    return embedder
        .embed(text)
        .orElseThrow(() -> new InvalidRequest("the text of the query has no word in it"));
  }

  /// What is near to a file tells of its content, so whoever may not read it learns as little as if
  /// it had no vectors.
  private static void requireVisible(TreePath path, VectorCollection collection, SearchView view)
      throws NotFound {
    if (!view.isVisible(path)) {
      throw withoutVector(path, collection);
    }
  }

  private static NotFound withoutVector(TreePath path, VectorCollection collection) {
    return new NotFound(path + " has no vector in collection " + collection.name());
  }

  private Target like(TreePath path, VectorCollection collection) throws VectorFailure {
    Optional<VectorMatrix> vectors = store.get(path, 0, collection.name());
    if (vectors.isEmpty()) {
      throw withoutVector(path, collection);
    }
    return new Target(vectors.get(), true, store.file(path, 0));
  }

  private Scope scope(TreePath directory, Optional<FileNode> excluded) {
    if (directory.isRoot()) {
      return Scope.everything(excluded);
    }
    Optional<DirectoryNode> node = store.directory(directory);
    return node.isPresent() ? Scope.below(directory, node.get(), excluded) : Scope.nothing();
  }

  private static Answer nothing(Target target, long start) {
    List<Answer.Result> results = new ArrayList<>();
    int questions = target.isOneQuestion() ? 1 : target.vectors().rows();
    for (int i = 0; i < questions; i++) {
      long micros = (System.nanoTime() - start) / 1000;
      results.add(new Answer.Result(List.of(), new SearchSummary(i, 0, true, 0, micros)));
    }
    return new Answer(results);
  }
}
