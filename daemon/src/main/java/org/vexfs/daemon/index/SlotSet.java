package org.vexfs.daemon.index;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;

/// A set of slots, a bit each.
///
/// Any thread may change it, one at a time, and any may read it meanwhile without a lock: a reader
/// sees every change that ended before it began to read.
public final class SlotSet implements SlotPredicate {
  private static final int INITIAL_WORDS = 64;

  /// Replaced by a longer array, and written anew after each change, which is what readers see it
  /// by.
  private volatile long[] words = new long[INITIAL_WORDS];

  private volatile int size;

  /// The empty set.
  public SlotSet() {}

  /// Puts a slot in.
  public synchronized void add(int slot) {
    long[] wide = wordsFor(slot);
    long bit = 1L << slot;
    if ((wide[slot >>> 6] & bit) == 0) {
      wide[slot >>> 6] |= bit;
      publish(wide, 1);
    }
  }

  /// Takes a slot out.
  public synchronized void remove(int slot) {
    long[] present = words;
    int word = slot >>> 6;
    long bit = 1L << slot;
    if (word < present.length && (present[word] & bit) != 0) {
      present[word] &= ~bit;
      publish(present, -1);
    }
  }

  @GuardedBy("this")
  private long[] wordsFor(int slot) {
    long[] present = words;
    int word = slot >>> 6;
    return word < present.length
        ? present
        : Arrays.copyOf(present, Math.max(word + 1, present.length + (present.length >>> 1)));
  }

  @GuardedBy("this")
  private void publish(long[] changed, int more) {
    int changedSize = size + more;
    size = changedSize;
    words = changed;
  }

  /// How many slots are in it.
  public int size() {
    return size;
  }

  @Override
  public boolean test(int slot) {
    long[] present = words;
    int word = slot >>> 6;
    return word < present.length && (present[word] & (1L << slot)) != 0;
  }

  @Override
  public int next(int from, int to) {
    long[] present = words;
    int word = from >>> 6;
    if (from >= to || word >= present.length) {
      return to;
    }
    long rest = present[word] & (-1L << from);
    while (rest == 0) {
      word++;
      if (word == present.length || word << 6 >= to) {
        return to;
      }
      rest = present[word];
    }
    return Math.min(to, (word << 6) + Long.numberOfTrailingZeros(rest));
  }
}
