package org.vexfs.daemon.search;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.vexfs.daemon.index.SlotSet;
import org.vexfs.daemon.store.DirectoryNode;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.SlotRange;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// Which slots of a collection lie below a directory, kept for the directories that were searched
/// last.
///
/// A set is made once, and kept up with what comes and goes; only a change that moves files that
/// are there already ([VectorStore#moves]) makes it useless. It has each slot that was live below
/// the directory when it was asked for. It may have some that died meanwhile, or went to a file
/// elsewhere, where that happened just while it was made; so whoever uses it looks at what a slot
/// is.
final class ScopeSlots {
  /// Directories that sets are kept for, at a bit for each slot of the collection.
  private static final int MAX_SETS = 16;

  /// The most files that are gathered from the tree, which holds up changes for a few milliseconds;
  /// where there are more, it is as well to look at all slots.
  private static final int MAX_GATHERED = 20_000;

  private final VectorStore store;
  private final VectorCollection collection;
  private final Map<DirectoryNode, Made> sets = new ConcurrentHashMap<>();
  private final AtomicLong uses = new AtomicLong();

  ScopeSlots(VectorStore store, VectorCollection collection) {
    this.store = store;
    this.collection = collection;
  }

  /// A set, which hears of changes from before it is filled.
  private static final class Made {
    final SlotSet slots = new SlotSet();
    final long moves;
    volatile long lastUse;

    @GuardedBy("this")
    boolean filled;

    Made(long moves) {
      this.moves = moves;
    }
  }

  /// The slots below a directory; the set goes on changing. A pin is held.
  SlotSet below(DirectoryNode directory) {
    long moves = store.moves();
    Made made =
        sets.compute(
            directory,
            (_, present) -> present != null && present.moves == moves ? present : new Made(moves));
    made.lastUse = uses.incrementAndGet();
    dropUnused();
    synchronized (made) {
      if (!made.filled) {
        fill(made.slots, directory);
        made.filled = true;
      }
    }
    return made.slots;
  }

  private void dropUnused() {
    while (sets.size() > MAX_SETS) {
      sets.entrySet().stream()
          .min(Comparator.comparingLong(entry -> entry.getValue().lastUse))
          .ifPresent(entry -> sets.remove(entry.getKey(), entry.getValue()));
    }
  }

  private void fill(SlotSet slots, DirectoryNode directory) {
    Optional<List<FileNode>> files = store.filesBelow(directory, MAX_GATHERED);
    if (files.isPresent()) {
      files.get().forEach(file -> collection.slotsOf(file).ifPresent(range -> add(range, slots)));
      return;
    }
    int limit = collection.slotLimit();
    for (int slot = 0; slot < limit; slot++) {
      if (collection.isLive(slot) && collection.isWithin(slot, directory)) {
        slots.add(slot);
      }
    }
  }

  private static void add(SlotRange range, SlotSet slots) {
    for (int slot = range.first(); slot < range.first() + range.count(); slot++) {
      slots.add(slot);
    }
  }

  /// The slots from `first` on became live.
  void added(int first, int count) {
    if (sets.isEmpty()) {
      return;
    }
    sets.forEach((directory, made) -> {
      if (collection.isWithin(first, directory)) {
        add(new SlotRange(first, count), made.slots);
      }
    });
  }

  /// The slot is dead.
  void removed(int slot) {
    sets.values().forEach(made -> made.slots.remove(slot));
  }
}
