package org.vexfs.daemon.search;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.store.VectorCollection;

/// The rows nearest to a question among those that match: by the graph or by comparing each,
/// whichever is likely to be cheaper ([SearchCosts]), as far as the query leaves it open.
///
/// For one search, under one pin.
final class CandidateRows {
  /// Up to so many matching rows all are compared, which is no slower than the graph.
  private static final int EXACT_ROWS = 1_000;

  /// Candidates of an approximate search where the query does not say: enough for a recall@10 of
  /// well over 0.95 on the data that BENCHMARKS.md names.
  private static final int DEFAULT_EF = 100;

  private final CollectionIndex index;
  private final Query query;
  private final MatchingSlots matching;
  private final int estimate;

  /// About how many rows a scan has to do with: those that it compares, and those that a filter is
  /// put to, which costs about as much.
  private final int handled;

  private final SearchCosts costs;

  CandidateRows(CollectionIndex index, Query query, Scope scope) {
    VectorCollection collection = index.collection();
    this.index = index;
    this.query = query;
    this.matching = new MatchingSlots(collection, index.scopes(), scope);
    this.estimate = matching.estimate();
    int tested = matching.isFiltered() ? matching.inQuestion() : 0;
    this.handled = estimate + tested;
    this.costs = new SearchCosts(collection.dimension(), collection.liveRows(), estimate, tested);
  }

  /// Some of the nearest rows.
  ///
  /// @param nearest the rows, sorted; as many as were asked for, unless fewer were found
  /// @param exact whether every row that matches was compared
  /// @param compared how many were
  record Round(NearestHeap nearest, boolean exact, long compared) {
    /// Whether these are all the rows that match, where there are at most `most`.
    boolean hasAll(int most) {
      return exact && (nearest.size() < nearest.k() || nearest.k() >= most);
    }
  }

  /// No more rows can match; at least 1, so that a search has room for candidates.
  int most() {
    return Math.max(1, index.collection().slotLimit());
  }

  /// How many rows to begin with where so many files are wanted. More rows cost a scan nothing, so
  /// it begins with as many as those files are likely to have.
  int firstCount(int files) {
    VectorCollection collection = index.collection();
    long count = files;
    if (!favoursWalk(files)) {
      count *=
          Math.ceilDiv(Math.max(1, collection.liveRows()), Math.max(1, collection.entryCount()));
    }
    return (int) Math.min(count, most());
  }

  /// The `count` rows nearest to any of the `vectors` vectors of a question, which lie one after
  /// the other. A row counts once, at its least distance.
  Round nearAny(MemorySegment question, int vectors, int count) {
    if (!favoursWalk(count)) {
      return compareAll(question, vectors, count);
    }
    long stride = question.byteSize() / vectors;
    SlotDistances best = new SlotDistances();
    long compared = 0;
    for (int i = 0; i < vectors; i++) {
      NearestHeap ofVector = new NearestHeap(count);
      long more = walk(question.asSlice(i * stride, stride), ofVector);
      if (more < 0) {
        return compareAll(question, vectors, count);
      }
      compared += more;
      if (vectors == 1) {
        return sorted(ofVector, false, compared);
      }
      best.addAll(ofVector);
    }
    return sorted(best.nearest(count), false, compared);
  }

  /// The `count` rows nearest to each of the `vectors` questions, one vector each.
  List<Round> nearEach(MemorySegment questions, int vectors, int count) {
    if (favoursWalk(count)) {
      long stride = questions.byteSize() / vectors;
      Round[] rounds = new Round[vectors];
      index.forEachQuestion(
          vectors, i -> rounds[i] = nearAny(questions.asSlice(i * stride, stride), 1, count));
      return List.of(rounds);
    }
    List<Round> rounds = new ArrayList<>();
    NearestHeap[] nearest = heaps(vectors, count);
    long compared = index.compareAll(questions, nearest, matching, handled);
    for (NearestHeap heap : nearest) {
      rounds.add(sorted(heap, true, compared));
    }
    return rounds;
  }

  /// The same as [#nearAny], by comparing each row that matches.
  Round compareAll(MemorySegment question, int vectors, int count) {
    long stride = question.byteSize() / vectors;
    SlotDistances best = new SlotDistances();
    long compared = 0;
    for (int from = 0; from < vectors; from += NearestFiles.QUESTIONS_AT_ONCE) {
      int some = Math.min(NearestFiles.QUESTIONS_AT_ONCE, vectors - from);
      NearestHeap[] nearest = heaps(some, count);
      compared =
          index.compareAll(
              question.asSlice(from * stride, some * stride), nearest, matching, handled);
      if (vectors == 1) {
        return sorted(nearest[0], true, compared);
      }
      for (NearestHeap heap : nearest) {
        best.addAll(heap);
      }
    }
    return sorted(best.nearest(count), true, compared);
  }

  private boolean favoursWalk(int count) {
    if (query.exact() || estimate <= EXACT_ROWS) {
      return false;
    }
    index.awaitSearchable();
    return index.hasGraph() && costs.favourWalk(ef(count));
  }

  private int ef(int count) {
    return Math.max(count, query.ef() == 0 ? DEFAULT_EF : query.ef());
  }

  private long walk(MemorySegment vector, NearestHeap nearest) {
    return index.searchApproximately(
        vector, ef(nearest.k()), matching, costs.mostOfWalk(), nearest);
  }

  private static NearestHeap[] heaps(int number, int count) {
    return IntStream.range(0, number)
        .mapToObj(_ -> new NearestHeap(count))
        .toArray(NearestHeap[]::new);
  }

  private static Round sorted(NearestHeap nearest, boolean exact, long compared) {
    nearest.sort();
    return new Round(nearest, exact, compared);
  }
}
