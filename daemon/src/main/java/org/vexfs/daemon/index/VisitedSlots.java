package org.vexfs.daemon.index;

import java.util.Arrays;

/// The slots that a search has seen. A slot is marked with the number of the search, so forgetting
/// all marks is to count up; only when the number wraps are they erased. A byte a slot: the marks
/// of a million slots stay in the cache, and to erase them at each 255th search costs next to
/// nothing.
final class VisitedSlots {
  private byte[] marks = new byte[0];
  private byte epoch;

  /// Forgets all marks and makes room for slots below `slots`, so that marking them does not
  /// allocate.
  void clear(int slots) {
    if (slots > marks.length) {
      grow(slots);
    }
    epoch++;
    if (epoch == 0) {
      Arrays.fill(marks, (byte) 0);
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

  /// Marks the first `count` of `slots` and moves those that were not marked before to the front;
  /// returns how many they are. Without a branch on the marks, which nothing could foretell.
  int addAll(int[] slots, int count) {
    byte[] present = marks;
    byte mark = epoch;
    int fresh = 0;
    for (int i = 0; i < count; i++) {
      int slot = slots[i];
      if (slot >= present.length) {
        // A node that was inserted after the search began.
        grow(slot + 1);
        present = marks;
      }
      slots[fresh] = slot;
      fresh += present[slot] == mark ? 0 : 1;
      present[slot] = mark;
    }
    return fresh;
  }

  private void grow(int slots) {
    long length = Math.max(slots, marks.length + (marks.length >>> 1) + 1_024L);
    marks = Arrays.copyOf(marks, (int) Math.min(length, Integer.MAX_VALUE - 8));
  }
}
