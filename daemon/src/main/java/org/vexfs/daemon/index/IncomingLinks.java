package org.vexfs.daemon.index;

import java.util.Arrays;

/// Which nodes of a layer link to each: it lets a node be unlinked without looking at every other.
///
/// Insertions run side by side, so the bag of a node is guarded by a lock, which it shares with
/// others. These locks are taken last and nothing is done under them but this.
final class IncomingLinks {
  private static final int PAGE_BITS = 8;
  private static final int PAGE_SLOTS = 1 << PAGE_BITS;
  private static final int PAGE_MASK = PAGE_SLOTS - 1;

  /// Bags grow by as many places: little room is lost, and a bag rarely grows large.
  private static final int GROWTH = 6;

  /// A bag is the count, then as many slots, in no order. Only the empty one is shared, and having
  /// no room it is never written to.
  private static final int[] EMPTY = {0};

  private final NodeLocks locks = new NodeLocks();

  /// Pages are never taken away or moved; the directory is replaced as a whole.
  private volatile int[][][] pages = new int[0][][];

  /// The nodes that link to `slot`, as a copy.
  int[] of(int slot) {
    synchronized (locks.of(slot)) {
      int[] bag = bag(slot);
      return Arrays.copyOfRange(bag, 1, 1 + bag[0]);
    }
  }

  void add(int to, int from) {
    synchronized (locks.of(to)) {
      int[] bag = bag(to);
      int count = bag[0];
      if (count + 1 == bag.length) {
        bag = Arrays.copyOf(bag, bag.length + Math.max(GROWTH, bag.length >>> 2));
        pageForWriting(to)[to & PAGE_MASK] = bag;
      }
      bag[count + 1] = from;
      bag[0] = count + 1;
    }
  }

  void drop(int to, int from) {
    synchronized (locks.of(to)) {
      int[] bag = bag(to);
      int count = bag[0];
      for (int i = 1; i <= count; i++) {
        if (bag[i] == from) {
          bag[i] = bag[count];
          bag[0] = count - 1;
          return;
        }
      }
      throw new IllegalStateException("no incoming link " + from + " -> " + to);
    }
  }

  /// Learns all links of a layer at once; nobody else uses this meanwhile.
  void learn(Layer layer) {
    int[] counts = new int[layer.slots()];
    for (int from = 0; from < counts.length; from++) {
      for (int to : layer.links(from)) {
        counts[to]++;
      }
    }
    for (int to = 0; to < counts.length; to++) {
      if (counts[to] > 0) {
        pageForWriting(to)[to & PAGE_MASK] = new int[1 + counts[to]];
      }
    }
    for (int from = 0; from < counts.length; from++) {
      for (int to : layer.links(from)) {
        int[] bag = bag(to);
        bag[0]++;
        bag[bag[0]] = from;
      }
    }
  }

  /// Forgets `slot`, to which nothing links any more.
  void clear(int slot) {
    synchronized (locks.of(slot)) {
      if (bag(slot)[0] != 0) {
        throw new IllegalStateException("slot " + slot + " still has incoming links");
      }
      if (hasPage(slot)) {
        pages[slot >>> PAGE_BITS][slot & PAGE_MASK] = EMPTY;
      }
    }
  }

  private boolean hasPage(int slot) {
    int[][][] directory = pages;
    int index = slot >>> PAGE_BITS;
    return index < directory.length && directory[index].length > 0;
  }

  private int[] bag(int slot) {
    return hasPage(slot) ? pages[slot >>> PAGE_BITS][slot & PAGE_MASK] : EMPTY;
  }

  private int[][] pageForWriting(int slot) {
    if (!hasPage(slot)) {
      addPage(slot >>> PAGE_BITS);
    }
    return pages[slot >>> PAGE_BITS];
  }

  private synchronized void addPage(int index) {
    int[][][] before = pages;
    if (index < before.length && before[index].length > 0) {
      return;
    }
    int[][][] grown = Arrays.copyOf(before, Math.max(before.length, index + 1));
    Arrays.fill(grown, before.length, grown.length, new int[0][]);
    grown[index] = new int[PAGE_SLOTS][];
    Arrays.fill(grown[index], EMPTY);
    pages = grown;
  }
}
