package org.vexfs.daemon.store;

import java.util.BitSet;

/// Slots below the limit that are nobody's: a bit each.
///
/// Handed out from the lowest on, so that what is live gathers there and what lies above can be cut
/// off. Not safe for concurrent use: the writer lock guards it.
final class FreeSlots {
  /// What [#take] says where there are none.
  static final int NONE = -1;

  private final BitSet free = new BitSet();
  private int count;

  /// No free slot lies below.
  private int from;

  /// So many free slots follow one another nowhere.
  private int tooMany = Integer.MAX_VALUE;

  int count() {
    return count;
  }

  void add(int first, int slots) {
    free.set(first, first + slots);
    count += slots;
    from = Math.min(from, first);
    tooMany = Integer.MAX_VALUE;
  }

  /// Takes the lowest `slots` that follow one another.
  ///
  /// @return the first of them; [#NONE] where there are not so many
  int take(int slots) {
    int first = find(slots);
    if (first != NONE) {
      free.clear(first, first + slots);
      count -= slots;
    }
    return first;
  }

  /// The first of the lowest `slots` that follow one another; [#NONE] where there are not so many.
  int find(int slots) {
    if (slots > count || slots >= tooMany) {
      return NONE;
    }
    from = free.nextSetBit(from);
    for (int first = from; first >= 0; ) {
      int end = free.nextClearBit(first);
      if (end - first >= slots) {
        return first;
      }
      first = free.nextSetBit(end);
    }
    tooMany = slots;
    return NONE;
  }

  /// Forgets the free slots at the end of those below `limit`, and says where the others end.
  int cutOff(int limit) {
    int end = limit == 0 ? 0 : free.previousClearBit(limit - 1) + 1;
    free.clear(end, limit);
    count -= limit - end;
    return end;
  }
}
