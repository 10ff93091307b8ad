package org.vexfs.daemon.index;

import java.util.Arrays;

/// The slots that a search has seen. A slot is marked with the number of the search, so forgetting
/// all marks is to count up; only when the number wraps are they erased.
final class VisitedSlots {
  private int[] marks = new int[0];
  private int epoch;

  /// Forgets all marks and makes room for slots below `slots`, so that marking them does not
  /// allocate.
  void clear(int slots) {
    if (slots > marks.length) {
      grow(slots);
    }
    epoch++;
    if (epoch == 0) {
      Arrays.fill(marks, 0);
      epoch = 1;
    }
  }

  /// Marks `slot`; says whether it was not marked before.
  boolean add(int slot) {
    if (slot >= marks.length) {
      // A node that was inserted after the search began.
      grow(slot + 1);
    }
    if (marks[slot] == epoch) {
      return false;
    }
    marks[slot] = epoch;
    return true;
  }

  private void grow(int slots) {
    long length = Math.max(slots, marks.length + (marks.length >>> 1) + 1_024L);
    marks = Arrays.copyOf(marks, (int) Math.min(length, Integer.MAX_VALUE - 8));
  }
}
