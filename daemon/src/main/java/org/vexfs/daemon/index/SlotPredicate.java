package org.vexfs.daemon.index;

/// Which slots a search may return. It is asked on the searching thread, possibly for slots that
/// are being removed at that moment, and does not fail.
@FunctionalInterface
public interface SlotPredicate {
  /// Every slot.
  SlotPredicate ALL = slot -> true;

  /// Whether `slot` may be returned.
  boolean test(int slot);

  /// The first slot from `from` on, before `to`, that may be returned; `to` where there is none.
  /// Those who know theirs without testing each override it.
  default int next(int from, int to) {
    int slot = from;
    while (slot < to && !test(slot)) {
      slot++;
    }
    return slot;
  }
}
