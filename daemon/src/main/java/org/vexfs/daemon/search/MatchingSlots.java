package org.vexfs.daemon.search;

import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.index.SlotSet;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.VectorCollection;

/// The slots of a collection whose rows a search may hit: they live, and their files are in the
/// scope. A pin is held while it is in use.
final class MatchingSlots implements SlotPredicate {
  private static final int SAMPLES = 128;
  private static final int MAX_DRAWS = 100_000;

  private final VectorCollection collection;

  /// The slots below the directory; null where all are meant.
  private final @Nullable SlotSet below;

  private final @Nullable FileNode excluded;
  private final @Nullable Predicate<FileNode> filter;

  MatchingSlots(VectorCollection collection, ScopeSlots scopes, Scope scope) {
    this.collection = collection;
    this.below = scope.node().map(scopes::below).orElse(null);
    this.excluded = scope.excluded().orElse(null);
    this.filter = scope.filter().orElse(null);
  }

  /// Whether the rows in question are found only by testing each.
  boolean isFiltered() {
    return filter != null;
  }

  /// About how many slots have to be looked at to find all that match.
  int inQuestion() {
    return below != null ? below.size() : collection.liveRows();
  }

  /// About how many slots match. Where there is a filter, a sample is put to it.
  int estimate() {
    int inQuestion = inQuestion();
    if (filter == null) {
      return inQuestion;
    }
    int limit = collection.slotLimit();
    SplittableRandom random = new SplittableRandom(limit);
    int drawn = 0;
    int matching = 0;
    for (int i = 0; i < MAX_DRAWS && limit > 0 && drawn < SAMPLES; i++) {
      int slot = random.nextInt(limit);
      if ((below == null || below.test(slot)) && collection.isLive(slot)) {
        drawn++;
        matching += passes(slot) ? 1 : 0;
      }
    }
    // None of the sample is as much as to say: fewer than one more would have shown.
    return drawn == 0 ? inQuestion : (int) (inQuestion * (matching + 0.5) / (drawn + 1));
  }

  @Override
  public boolean test(int slot) {
    return (below == null || below.test(slot)) && collection.isLive(slot) && passes(slot);
  }

  @Override
  public int next(int from, int to) {
    if (below == null) {
      return SlotPredicate.super.next(from, to);
    }
    int slot = below.next(from, to);
    while (slot < to && !(collection.isLive(slot) && passes(slot))) {
      slot = below.next(slot + 1, to);
    }
    return slot;
  }

  private boolean passes(int slot) {
    if (excluded != null && collection.isOf(slot, excluded)) {
      return false;
    }
    return filter == null || filter.test(collection.owner(slot));
  }
}
