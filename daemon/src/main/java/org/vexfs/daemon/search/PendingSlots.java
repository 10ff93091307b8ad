package org.vexfs.daemon.search;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The slots of a collection that are not in its graph yet, a bit each. Any thread may call.
///
/// A search takes a snapshot *before* it asks the graph: a slot leaves this set only after it was
/// inserted, so each is in one of the two.
final class PendingSlots {
  private static final BitSet NONE = new BitSet(0);

  @GuardedBy("this")
  private final BitSet slots = new BitSet();

  @GuardedBy("this")
  private int count;

  /// Of this moment, until something changes.
  @GuardedBy("this")
  private @Nullable BitSet copy;

  synchronized int count() {
    return count;
  }

  /// Those of this moment; not to be written to.
  synchronized BitSet snapshot() {
    if (count == 0) {
      return NONE;
    }
    BitSet taken = copy;
    if (taken == null) {
      taken = (BitSet) slots.clone();
      copy = taken;
    }
    return taken;
  }

  synchronized void add(int first, int more) {
    for (int slot = first; slot < first + more; slot++) {
      count += slots.get(slot) ? 0 : 1;
    }
    slots.set(first, first + more);
    copy = null;
  }

  synchronized void remove(int slot) {
    if (slots.get(slot)) {
      slots.clear(slot);
      count--;
      copy = null;
    }
  }

  /// Puts in those of `more` that `elsewhere` does not hold for.
  synchronized void addUnless(BitSet more, IntPredicate elsewhere) {
    for (int slot = more.nextSetBit(0); slot >= 0; slot = more.nextSetBit(slot + 1)) {
      if (!elsewhere.test(slot)) {
        add(slot, 1);
      }
    }
  }

  synchronized void removeAll(BitSet gone) {
    slots.andNot(gone);
    count = slots.cardinality();
    copy = null;
  }

  /// Takes out those that `gone` holds for.
  synchronized void removeIf(IntPredicate gone) {
    for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
      if (gone.test(slot)) {
        remove(slot);
      }
    }
  }

  /// Up to `most` of them, from the lowest on, without taking them out.
  synchronized int[] first(int most) {
    return slots.stream().limit(most).toArray();
  }

  /// Takes these out.
  synchronized void removeAll(int[] taken) {
    for (int slot : taken) {
      remove(slot);
    }
  }
}
