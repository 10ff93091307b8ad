package org.vexfs.daemon.search;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.index.Vectors;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.FoundRow;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// One search: from the vectors of a question, or of several, to the files nearest to them.
///
/// Candidates are rows; hits are files that the asker may see, and that pass a filter now. So a
/// round of candidates may come to fewer hits than asked for; then the next round takes more of
/// them, and the last compares every row that matches. Hence a search returns fewer hits than asked
/// for only where fewer files match.
final class NearestFiles {
  /// Questions that are asked together: enough for the memory that a scan reads to be shared by
  /// many, and few enough for compaction not to wait long for the pin.
  static final int QUESTIONS_AT_ONCE = 16;

  /// By how much each round of candidates is larger than the one before.
  private static final int WIDENING = 4;

  private final VectorStore store;
  private final VectorCollection collection;
  private final CandidateRows rows;
  private final Query query;
  private final Scope scope;
  private final Optional<FileFilter> filter;
  private final SearchView view;
  private final SearchTimes times;
  private final long startNanos;

  /// A search that began at `startNanos` of `System.nanoTime()`, with the filter that the scope has
  /// as well, which hits are put to once more. A pin is held from before this is made for as long
  /// as it is in use.
  NearestFiles(
      VectorStore store,
      CollectionIndex index,
      Query query,
      Scope scope,
      Optional<FileFilter> filter,
      SearchView view,
      SearchTimes times,
      long startNanos) {
    this.store = store;
    this.collection = index.collection();
    this.rows = new CandidateRows(index, query, scope);
    this.query = query;
    this.scope = scope;
    this.filter = filter;
    this.view = view;
    this.times = times;
    this.startNanos = startNanos;
  }

  /// The hits nearest to any of `vectors`.
  ///
  /// @param number of the question within the query
  /// @throws StoreBroken where a row that would be a hit is damaged on the disk
  Answer.Result findNearAny(int number, VectorMatrix vectors) throws StoreBroken {
    MemorySegment question = inMemory(vectors.values());
    long begun = times.begin();
    CandidateRows.Round first = rows.nearAny(question, vectors.rows(), rows.firstCount(wanted()));
    times.end(SearchTimes.Stage.CANDIDATES, begun);
    return conclude(number, question, first);
  }

  /// The hits nearest to each row of `vectors` from `from` on, before `to`.
  ///
  /// @throws StoreBroken where a row that would be a hit is damaged on the disk
  List<Answer.Result> findNearEach(VectorMatrix vectors, int from, int to) throws StoreBroken {
    int dimension = vectors.dimension();
    float[] asked = Arrays.copyOfRange(vectors.values(), from * dimension, to * dimension);
    long stride = (long) dimension * Float.BYTES;
    List<Answer.Result> results = new ArrayList<>();
    MemorySegment questions = inMemory(asked);
    long begun = times.begin();
    List<CandidateRows.Round> first =
        rows.nearEach(questions, to - from, rows.firstCount(wanted()));
    times.end(SearchTimes.Stage.CANDIDATES, begun);
    for (int i = 0; i < first.size(); i++) {
      MemorySegment question = questions.asSlice(i * stride, stride);
      results.add(conclude(from + i, question, first.get(i)));
    }
    return results;
  }

  /// Outside the heap, like the vectors that it is compared with. Left to the garbage collector:
  /// several threads may read it, and to close memory that they share makes all threads stop.
  private static MemorySegment inMemory(float[] values) {
    return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private int wanted() {
    return query.offset() + query.k();
  }

  /// Goes on from the first round of candidates for a question until there are enough.
  private Answer.Result conclude(int number, MemorySegment question, CandidateRows.Round first)
      throws StoreBroken {
    CandidateRows.Round round = first;
    while (true) {
      NearestHeap nearest = round.nearest();
      long named = times.begin();
      List<Hit> hits = hits(number, nearest, wanted());
      times.end(SearchTimes.Stage.HITS, named);
      boolean cutByDistance =
          nearest.size() > 0 && isTooFar(reported(nearest.distance(nearest.size() - 1)));
      if (hits.size() == wanted() || cutByDistance || round.hasAll(rows.most())) {
        return result(number, hits, round);
      }
      int vectors = (int) (question.byteSize() / Float.BYTES / collection.dimension());
      int count = (int) Math.min(rows.most(), (long) nearest.k() * WIDENING);
      // A walk that found fewer than it was to find did not come to all that match.
      boolean compareAll =
          round.exact() || nearest.size() < nearest.k() || nearest.k() == rows.most();
      long begun = times.begin();
      round =
          compareAll
              ? rows.compareAll(question, vectors, count)
              : rows.nearAny(question, vectors, count);
      times.end(SearchTimes.Stage.CANDIDATES, begun);
    }
  }

  private Answer.Result result(int number, List<Hit> all, CandidateRows.Round round) {
    List<Hit> hits = all.subList(Math.min(query.offset(), all.size()), all.size());
    long micros = (System.nanoTime() - startNanos) / 1000;
    return new Answer.Result(
        hits, new SearchSummary(number, hits.size(), round.exact(), round.compared(), micros));
  }

  private List<Hit> hits(int number, NearestHeap nearest, int wanted) throws StoreBroken {
    List<Hit> hits = new ArrayList<>();
    Set<FileNode> seen = new HashSet<>();
    for (int i = 0; i < nearest.size() && hits.size() < wanted; i++) {
      int slot = nearest.slot(i);
      float distance = reported(nearest.distance(i));
      if (isTooFar(distance)) {
        break;
      }
      FoundRow row = collection.find(slot);
      if (seen.add(row.file())) {
        store.requireSound(row);
        Optional<TreePath> path = visiblePath(row.file());
        if (path.isPresent()) {
          hits.add(hit(number, hits.size() + 1, path.get(), slot, row.number(), distance));
        }
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
    for (TreePath path : store.paths(file)) {
      if (path.isWithin(scope.directory()) && view.isVisible(path) && passesNow(file, path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  private boolean passesNow(FileNode file, TreePath path) {
    return filter.isEmpty() || filter.get().testNow(file, path);
  }

  private Hit hit(int number, int rank, TreePath path, int slot, int row, float distance) {
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
        row,
        distance,
        ResultScorer.score(collection.metric(), distance),
        List.of(),
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
