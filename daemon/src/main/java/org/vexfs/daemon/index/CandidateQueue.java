package org.vexfs.daemon.index;

import java.util.Arrays;

/// The nodes that a search has seen and not yet expanded, nearest first: a binary heap of
/// [Ranking]s. It holds each visited node at most once, which bounds it by the size of the graph;
/// the array grows to what searches need and is kept from use to use.
final class CandidateQueue {
  private static final int INITIAL_LENGTH = 256;

  private long[] rankings = new long[INITIAL_LENGTH];
  private int size;

  void clear() {
    size = 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(long ranking) {
    if (size == rankings.length) {
      rankings = Arrays.copyOf(rankings, 2 * size);
    }
    int at = size;
    size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (rankings[parent] <= ranking) {
        break;
      }
      rankings[at] = rankings[parent];
      at = parent;
    }
    rankings[at] = ranking;
  }

  /// Takes the nearest out; the queue is not empty.
  long removeNearest() {
    long nearest = rankings[0];
    size--;
    long last = rankings[size];
    int at = 0;
    int child = 1;
    while (child < size) {
      if (child + 1 < size && rankings[child + 1] < rankings[child]) {
        child++;
      }
      if (rankings[child] >= last) {
        break;
      }
      rankings[at] = rankings[child];
      at = child;
      child = 2 * at + 1;
    }
    rankings[at] = last;
    return nearest;
  }
}
