package org.vexfs.daemon.store;

/// Hears of the slots of a collection that come and go, in the order in which they do, before the
/// change is acknowledged.
///
/// Called with the store's writer lock held: changes wait for it to return, reads do not. It must
/// not change the store.
public interface SlotListener {
  /// The slots `firstSlot … firstSlot + count - 1` became live.
  void added(int firstSlot, int count);

  /// The slot is dead: its file lost the entry, or has another in its place.
  void removed(int slot);
}
