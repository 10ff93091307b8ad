package org.vexfs.daemon.search;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.index.Vectors;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// One search: from the vectors of a question to the files nearest to them.
///
/// Candidates are rows; hits are files that the asker may see. So a round of candidates may come to
/// fewer hits than asked for; then the next round takes more of them, and the last compares every
/// row that matches. Hence a search returns fewer hits than asked for only where fewer files match.
final class NearestFiles {
  /// Up to so many matching rows all are compared, which is no slower than the graph.
  private static final int EXACT_ROWS = 1_000;

  /// Candidates of an approximate search where the query does not say: enough for a recall@10 of
  /// well over 0.95 on the data that BENCHMARKS.md names.
  private static final int DEFAULT_EF = 100;

  /// By how much each round of candidates is larger than the one before.
  private static final int WIDENING = 4;

  private final VectorStore store;
  private final CollectionIndex index;
  private final VectorCollection collection;
  private final Query query;
  private final Scope scope;
  private final SearchView view;
  private final long startNanos;
  private final SlotPredicate matching;

  /// A search that began at `startNanos` of `System.nanoTime()`.
  NearestFiles(
      VectorStore store,
      CollectionIndex index,
      Query query,
      Scope scope,
      SearchView view,
      long startNanos) {
    this.store = store;
    this.index = index;
    this.collection = index.collection();
    this.query = query;
    this.scope = scope;
    this.view = view;
    this.startNanos = startNanos;
    this.matching = this::matches;
  }

  /// The hits nearest to any of `vectors`, as the `number`th question of the query.
  ///
  /// @throws StoreBroken where a row that would be a hit is damaged on the disk
  Answer.Result find(int number, VectorMatrix vectors) throws StoreBroken {
    try (VectorStore.Pin _ = store.pin()) {
      return findPinned(number, vectors);
    }
  }

  private Answer.Result findPinned(int number, VectorMatrix vectors) throws StoreBroken {
    int rows = matchingRows();
    int wanted = query.offset() + query.k();
    boolean exact = query.exact() || rows <= EXACT_ROWS || !index.hasGraph();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment questions = arena.allocateFrom(ValueLayout.JAVA_FLOAT, vectors.values());
      int candidates = Math.min(rows, wanted);
      while (true) {
        NearestHeap nearest = nearest(questions, vectors, candidates, exact);
        List<Hit> hits = hits(number, nearest, wanted);
        boolean cutByDistance =
            nearest.size() > 0 && isTooFar(reported(nearest.distance(nearest.size() - 1)));
        if (hits.size() == wanted || cutByDistance || (exact && candidates >= rows)) {
          return result(number, hits, exact, rows);
        }
        exact |= candidates >= rows || nearest.size() < candidates;
        candidates = (int) Math.min(rows, (long) candidates * WIDENING);
      }
    }
  }

  private Answer.Result result(int number, List<Hit> all, boolean exact, int rows) {
    List<Hit> hits = all.subList(Math.min(query.offset(), all.size()), all.size());
    long micros = (System.nanoTime() - startNanos) / 1000;
    return new Answer.Result(hits, new SearchSummary(number, hits.size(), exact, rows, micros));
  }

  /// Rows among which hits are chosen; at least 1, so that a search has room for candidates.
  private int matchingRows() {
    if (scope.isEverything()) {
      return Math.max(1, collection.liveRows());
    }
    int rows = 0;
    int limit = collection.slotLimit();
    for (int slot = 0; slot < limit; slot++) {
      if (matches(slot)) {
        rows++;
      }
    }
    return Math.max(1, rows);
  }

  private boolean matches(int slot) {
    return collection.isLive(slot) && scope.contains(collection, slot);
  }

  /// The `count` rows nearest to any of the questions, sorted. A row counts once, at its least
  /// distance.
  private NearestHeap nearest(
      MemorySegment questions, VectorMatrix vectors, int count, boolean exact) {
    NearestHeap nearest = new NearestHeap(count);
    long stride = vectors.dimension() * (long) Float.BYTES;
    if (vectors.rows() == 1) {
      offer(questions, count, exact, nearest);
    } else {
      SlotDistances best = new SlotDistances();
      for (int row = 0; row < vectors.rows(); row++) {
        NearestHeap ofRow = new NearestHeap(count);
        offer(questions.asSlice(row * stride, stride), count, exact, ofRow);
        best.addAll(ofRow);
      }
      best.offerTo(nearest);
    }
    nearest.sort();
    return nearest;
  }

  private void offer(MemorySegment question, int count, boolean exact, NearestHeap nearest) {
    if (exact) {
      index.scanAll(question, matching, nearest);
    } else {
      int ef = Math.max(count, query.ef() == 0 ? DEFAULT_EF : query.ef());
      index.searchApproximately(question, ef, matching, nearest);
    }
  }

  private List<Hit> hits(int number, NearestHeap nearest, int wanted) throws StoreBroken {
    List<Hit> hits = new ArrayList<>();
    Set<FileNode> seen = new HashSet<>();
    for (int i = 0; i < nearest.size() && hits.size() < wanted; i++) {
      int slot = nearest.slot(i);
      float distance = reported(nearest.distance(i));
      FileNode file = collection.owner(slot);
      if (isTooFar(distance)) {
        break;
      }
      if (seen.add(file)) {
        store.requireSound(collection, slot);
        int rank = hits.size() + 1;
        visiblePath(file).ifPresent(path -> hits.add(hit(number, rank, path, slot, distance)));
      }
    }
    return hits;
  }

  private float reported(float comparable) {
    return collection.metric().reported(comparable);
  }

  private boolean isTooFar(float distance) {
    return query.maxDistance().isPresent() && distance > query.maxDistance().getAsDouble();
  }

  private Optional<TreePath> visiblePath(FileNode file) {
    return store.paths(file).stream()
        .filter(path -> path.isWithin(scope.directory()))
        .filter(view::isVisible)
        .findFirst();
  }

  private Hit hit(int number, int rank, TreePath path, int slot, float distance) {
    Optional<VectorMatrix> vector =
        query.with().contains(Query.Extra.VECTOR) ? Optional.of(vector(slot)) : Optional.empty();
    Optional<SortedMap<String, String>> attributes =
        query.with().contains(Query.Extra.ATTRIBUTES)
            ? Optional.of(view.attributes(path))
            : Optional.empty();
    return new Hit(
        number,
        rank,
        path.relativeTo(scope.directory()),
        collection.row(slot),
        distance,
        ResultScorer.score(collection.metric(), distance),
        vector,
        attributes);
  }

  private VectorMatrix vector(int slot) {
    Vectors vectors = collection.vectors();
    float[] values = new float[vectors.dimension()];
    MemorySegment.copy(
        vectors.segment(slot),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        vectors.offset(slot),
        values,
        0,
        values.length);
    return VectorMatrix.ofVector(values);
  }
}
