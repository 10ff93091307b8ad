package org.vexfs.daemon.index;

/// Which slots a search may return. It is asked on the searching thread, possibly for slots that
/// are being removed at that moment, and does not fail.
@FunctionalInterface
public interface SlotPredicate {
  /// Every slot.
  SlotPredicate ALL = slot -> true;

  /// Whether `slot` may be returned.
  boolean test(int slot);
}
