package org.vexfs.daemon.app;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.store.FileNode;
import org.vexfs.daemon.store.SlotRange;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;
import org.vexfs.daemon.store.Whereabouts;

/// The entries of a store that nobody changes.
final class StoreEntries {
  private StoreEntries() {}

  /// What is done with an entry.
  @FunctionalInterface
  interface Step {
    /// Takes it, with all names of its file.
    void take(VectorCollection collection, List<TreePath> paths) throws IOException, VectorFailure;
  }

  /// Goes through the entries of files that have names, always in the same order.
  static void forEach(VectorStore store, Step step) throws IOException, VectorFailure {
    for (VectorCollection collection : store.collections()) {
      forEach(store, collection, step);
    }
  }

  /// The same, of one collection.
  static void forEach(VectorStore store, VectorCollection collection, Step step)
      throws IOException, VectorFailure {
    for (int slot = 0; slot < collection.slotLimit(); slot++) {
      if (collection.isLive(slot) && isFirst(collection, slot)) {
        FileNode file = collection.owner(slot);
        List<TreePath> paths =
            store.paths(file).stream().filter(path -> !Whereabouts.isWaitingPlace(path)).toList();
        if (!paths.isEmpty()) {
          step.take(collection, paths);
        }
      }
    }
  }

  private static boolean isFirst(VectorCollection collection, int slot) {
    Optional<SlotRange> slots = collection.slotsOf(collection.owner(slot));
    return slots.isPresent() && slots.get().first() == slot;
  }
}
