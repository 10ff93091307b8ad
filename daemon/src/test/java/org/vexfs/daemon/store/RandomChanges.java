package org.vexfs.daemon.store;

import java.util.Arrays;
import java.util.Random;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;

/// Random calls of a store, each of which is one change of it or none.
final class RandomChanges {
  private static final int NAMES = 4;
  private static final String MANY = "many";

  private final Random random;
  private final StoreModel matrices;

  RandomChanges(Random random) {
    this.random = random;
    this.matrices = new StoreModel(random);
  }

  private TreePath anyPath() {
    TreePath path = TreePath.ROOT.child("n" + random.nextInt(NAMES));
    return random.nextBoolean() ? path : path.child("n" + random.nextInt(NAMES));
  }

  /// Takes away the many vectors that a file has or, where none is found that has them, gives some
  /// file so many that others are gathered in lower slots once it has lost them.
  void changeMany(VectorStore store) throws VectorFailure {
    for (int i = 0; i < NAMES * NAMES; i++) {
      if (store.remove(anyPath(), 0, MANY)) {
        return;
      }
    }
    float[] values = new float[SlotTable.CHUNK_SLOTS + 8];
    Arrays.fill(values, random.nextFloat());
    store.put(anyPath(), 0, MANY, new VectorMatrix(values.length, 1, values));
  }

  void change(VectorStore store) throws VectorFailure {
    TreePath path = anyPath();
    TreePath other = anyPath();
    String collection = StoreModel.COLLECTIONS.get(random.nextInt(StoreModel.COLLECTIONS.size()));
    boolean apart = !path.isWithin(other) && !other.isWithin(path);
    switch (random.nextInt(apart ? 9 : 5)) {
      case 0, 1, 2 -> store.put(path, 0, collection, matrices.anyMatrix(collection));
      case 3 -> store.remove(path, 0, collection);
      case 4 -> store.unlinked(path);
      case 5, 6 -> HostChanges.rename(store, path, other);
      case 7 -> HostChanges.exchange(store, path, other);
      default -> HostChanges.link(store, path, other);
    }
  }
}
