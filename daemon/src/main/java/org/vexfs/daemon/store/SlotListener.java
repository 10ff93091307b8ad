package org.vexfs.daemon.store;

/// Hears of the slots of a collection that come and go, in the order in which they do, before the
/// change is acknowledged.
///
/// [#added] and [#removed] are called with the store's writer lock held: changes wait for them to
/// return, reads do not. They must not change the store.
public interface SlotListener {
  /// The slots `firstSlot … firstSlot + count - 1` became live, be it for the first time or again.
  void added(int firstSlot, int count);

  /// The slot is dead: its file lost the entry, or has another in its place.
  void removed(int slot);

  /// How many of the slots that it was told are dead this has let go of, the first ones first: it
  /// reads their vectors no more and leads nobody to them, so they may be given to others.
  long slotsLetGo();

  /// Returns once this has let go of all slots that it was told are dead before the call. Called
  /// without a lock.
  void awaitRemoved() throws InterruptedException;
}
