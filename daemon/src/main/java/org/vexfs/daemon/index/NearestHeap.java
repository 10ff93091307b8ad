package org.vexfs.daemon.index;

import java.util.Arrays;

/// The k nearest of the slots offered, ties broken by the lower slot. After [#sort] they are read
/// in ascending order.
///
/// A binary heap with the farthest on top, on one array that grows to k and is kept from use to
/// use. One thread at a time.
public final class NearestHeap {
  private static final int INITIAL_LENGTH = 64;

  private long[] rankings = new long[INITIAL_LENGTH];
  private int capacity;
  private int size;
  private boolean sorted;

  /// An empty heap that keeps the `k` ≥ 1 nearest.
  public NearestHeap(int k) {
    reset(k);
  }

  /// Empties the heap and sets how many it keeps.
  public void reset(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1, not " + k);
    }
    capacity = k;
    size = 0;
    sorted = false;
  }

  /// Keeps `slot` if it is among the k nearest so far; says whether it is. The same slot is not to
  /// be offered twice.
  public boolean offer(int slot, float distance) {
    return offer(Ranking.of(slot, distance));
  }

  boolean offer(long ranking) {
    assert !sorted : "reset before offering again";
    if (size < capacity) {
      if (size == rankings.length) {
        rankings = Arrays.copyOf(rankings, (int) Math.min(capacity, 2L * size));
      }
      siftUp(size, ranking);
      size++;
      return true;
    }
    if (ranking >= rankings[0]) {
      return false;
    }
    siftDown(ranking, size);
    return true;
  }

  /// Offers what another heap, of other slots, keeps.
  void addAll(NearestHeap other) {
    for (int i = 0; i < other.size; i++) {
      boolean _ = offer(other.rankings[i]);
    }
  }

  /// How many slots it keeps at most.
  public int k() {
    return capacity;
  }

  /// Number of slots kept.
  public int size() {
    return size;
  }

  /// Whether k slots are kept, so that another must be nearer than [#worst].
  public boolean isFull() {
    return size == capacity;
  }

  /// The distance of the farthest kept, or infinity while the heap is not full.
  public float worst() {
    if (size < capacity) {
      return Float.POSITIVE_INFINITY;
    }
    return Ranking.distance(sorted ? rankings[size - 1] : rankings[0]);
  }

  /// Puts the kept slots in ascending order of (distance, slot); nothing is to be offered until the
  /// next [#reset].
  public void sort() {
    if (sorted) {
      return;
    }
    // Heapsort, as the library's sort allocates.
    for (int end = size - 1; end > 0; end--) {
      long farthest = rankings[0];
      siftDown(rankings[end], end);
      rankings[end] = farthest;
    }
    sorted = true;
  }

  /// The slot at `rank`, counted from 0; after [#sort].
  public int slot(int rank) {
    return Ranking.slot(ranking(rank));
  }

  /// The comparable distance at `rank`, counted from 0; after [#sort].
  public float distance(int rank) {
    return Ranking.distance(ranking(rank));
  }

  long ranking(int rank) {
    if (!sorted || rank >= size) {
      throw new IllegalStateException("rank " + rank + " of " + size + ", sorted: " + sorted);
    }
    return rankings[rank];
  }

  private void siftUp(int hole, long ranking) {
    int at = hole;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (rankings[parent] >= ranking) {
        break;
      }
      rankings[at] = rankings[parent];
      at = parent;
    }
    rankings[at] = ranking;
  }

  /// Puts `ranking` in the place of the top, in the heap that ends before `end`.
  private void siftDown(long ranking, int end) {
    int at = 0;
    int child = 1;
    while (child < end) {
      if (child + 1 < end && rankings[child + 1] > rankings[child]) {
        child++;
      }
      if (rankings[child] <= ranking) {
        break;
      }
      rankings[at] = rankings[child];
      at = child;
      child = 2 * at + 1;
    }
    rankings[at] = ranking;
  }
}
