package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.index.GraphWork;
import org.vexfs.daemon.index.NearestHeap;
import org.vexfs.daemon.io.MemoryDirectory;
import org.vexfs.daemon.store.Pace;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// The graph of a collection over the life of its store: closed and opened, emptied and filled.
final class CollectionIndexTest {
  private static final String GRAPH = "0000000001.vexgraph";
  private static final StoreOptions OPTIONS = new StoreOptions(2 << 20, 1 << 16);
  private static final int CAPACITY_BYTES = 4 << 20;
  private static final int DIMENSION = 40;
  private static final int COUNT = 2_000;
  private static final int K = 10;
  private static final int EF = 60;

  private final Random random = new Random(17);
  private final List<float[]> queries = new ArrayList<>();

  CollectionIndexTest() {
    for (int i = 0; i < 50; i++) {
      queries.add(vector());
    }
  }

  private float[] vector() {
    float[] values = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static VectorStore open(MemoryDirectory directory) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, OPTIONS)) {
      return unrecovered.recover(_ -> 0).store();
    }
  }

  private void fill(VectorStore store, String name, int from, int to) throws VectorFailure {
    for (int i = from; i < to; i++) {
      TreePath path = new TreePath("d" + i % 7 + "/" + name + i);
      store.put(path, 0, "default", VectorMatrix.ofVector(vector()));
    }
  }

  private static VectorCollection collection(VectorStore store) {
    return store.collection("default").orElseThrow();
  }

  private static CollectionIndex upToDate(VectorStore store, CoreThreads threads)
      throws InterruptedException {
    CollectionIndex index = CollectionIndex.over(store, collection(store), threads, threads);
    await(index);
    return index;
  }

  private static void await(CollectionIndex index) throws InterruptedException {
    index.awaitTakenOver();
    index.awaitRemoved();
    while (index.pendingSlots() > 0) {
      Thread.onSpinWait();
    }
  }

  /// How many the walk finds; none where it gave up.
  private static int walked(VectorStore store, CollectionIndex index, float[] query) {
    VectorCollection collection = collection(store);
    NearestHeap nearest = new NearestHeap(K);
    MemorySegment memory = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, query);
    try (VectorStore.Pin _ = store.pin()) {
      long compared =
          index.searchApproximately(memory, EF, collection::isLive, Long.MAX_VALUE, nearest);
      return compared < 0 ? 0 : nearest.size();
    }
  }

  /// The slots that the index finds, nearest first.
  private static List<Integer> found(
      VectorStore store, CollectionIndex index, float[] query, boolean exact) {
    VectorCollection collection = collection(store);
    NearestHeap nearest = new NearestHeap(K);
    MemorySegment memory = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, query);
    try (VectorStore.Pin _ = store.pin()) {
      boolean walked =
          !exact
              && index.searchApproximately(memory, EF, collection::isLive, Long.MAX_VALUE, nearest)
                  >= 0;
      if (!walked) {
        NearestHeap[] heaps = {nearest};
        long _ = index.compareAll(memory, heaps, collection::isLive, collection.liveRows());
      }
    }
    nearest.sort();
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < nearest.size(); i++) {
      slots.add(nearest.slot(i));
    }
    return slots;
  }

  private double recall(VectorStore store, CollectionIndex index) {
    int hits = 0;
    for (float[] query : queries) {
      Set<Integer> truth = new HashSet<>(found(store, index, query, true));
      truth.retainAll(found(store, index, query, false));
      hits += truth.size();
    }
    return (double) hits / (queries.size() * K);
  }

  @Test
  void graph_ofAClosedStore_isReadAndNotBuilt() throws Exception {
    MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
    List<List<Integer>> before = new ArrayList<>();
    try (CoreThreads threads = new CoreThreads("test")) {
      VectorStore store = open(directory);
      fill(store, "f", 0, COUNT);
      CollectionIndex index = upToDate(store, threads);
      for (float[] query : queries) {
        before.add(found(store, index, query, false));
      }
      index.close();
      store.close();
      VectorStore reopened = open(directory);
      CollectionIndex read = upToDate(reopened, threads);
      assertEquals(COUNT, read.nodesTakenOver());
      for (int i = 0; i < queries.size(); i++) {
        assertEquals(before.get(i), found(reopened, read, queries.get(i), false));
      }
      fill(reopened, "late", 0, 200);
      await(read);
      assertTrue(recall(reopened, read) > 0.95, "recall " + recall(reopened, read));
      read.close();
      reopened.close();
    }
  }

  /// Work that does not go on before it is let.
  private static final class HeldWork implements GraphWork {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch let = new CountDownLatch(1);

    @Override
    public void forEach(int from, int to, IntConsumer action) {
      begun.countDown();
      try {
        let.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      IntStream.range(from, to).forEach(action);
    }
  }

  @Test
  void graph_whileItIsRead_isSearchedInItsFile() throws Exception {
    MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
    try (CoreThreads threads = new CoreThreads("test")) {
      VectorStore store = open(directory);
      fill(store, "f", 0, COUNT);
      upToDate(store, threads).close();
      // Beside it: what went, came and was replaced since.
      for (int i = 0; i < 100; i++) {
        store.unlinked(new TreePath("d" + i % 7 + "/f" + i));
      }
      fill(store, "g", 0, 50);
      fill(store, "f", 1_000, 1_050);
      store.close();
      VectorStore reopened = open(directory);
      // Before anybody searched: some go, and others get their slots.
      for (int i = 1_100; i < 1_120; i++) {
        reopened.unlinked(new TreePath("d" + i % 7 + "/f" + i));
      }
      reopened.upkeep().releaseSlots();
      fill(reopened, "i", 0, 10);
      HeldWork held = new HeldWork();
      CollectionIndex index = CollectionIndex.over(reopened, collection(reopened), held, threads);
      held.begun.await();
      index.awaitSearchable();
      assertTrue(index.hasGraph());
      assertEquals(0, index.nodesTakenOver());
      assertEquals(110, index.pendingSlots(), "those that came");
      for (float[] query : queries) {
        assertEquals(K, walked(reopened, index, query), "gave up");
      }
      assertTrue(recall(reopened, index) > 0.95, "recall " + recall(reopened, index));
      // Those that come meanwhile are found, too, and those that go are not.
      fill(reopened, "h", 0, 50);
      reopened.unlinked(new TreePath("d0/g0"));
      assertTrue(recall(reopened, index) > 0.95, "recall " + recall(reopened, index));
      held.let.countDown();
      await(index);
      assertEquals(COUNT - 170, index.nodesTakenOver());
      assertTrue(recall(reopened, index) > 0.95, "recall " + recall(reopened, index));
      index.close();
      reopened.close();
      assertEquals(0, directory.mappings());
    }
  }

  /// After a crash the log says more than the checkpoint, and slots may be others than they were.
  @Test
  void graph_ofAStoreThatDied_isSearchedInItsFileAsFarAsItIsKnown() throws Exception {
    MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
    try (CoreThreads threads = new CoreThreads("test")) {
      VectorStore store = open(directory);
      fill(store, "f", 0, COUNT);
      store.upkeep().checkpoint();
      fill(store, "g", 0, 40);
      upToDate(store, threads).close();
      fill(store, "h", 0, 40);
      VectorStore reopened = open(directory.afterKill());
      HeldWork held = new HeldWork();
      CollectionIndex index = CollectionIndex.over(reopened, collection(reopened), held, threads);
      held.begun.await();
      index.awaitSearchable();
      assertTrue(index.hasGraph());
      assertEquals(80, index.pendingSlots(), "those that came after the checkpoint");
      assertTrue(recall(reopened, index) > 0.95, "recall " + recall(reopened, index));
      held.let.countDown();
      await(index);
      assertEquals(COUNT + 40, index.nodesTakenOver());
      index.close();
      reopened.close();
      store.close();
    }
  }

  @Test
  void graph_withTooMuchBesideIt_isReadFirst() throws Exception {
    MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
    try (CoreThreads threads = new CoreThreads("test")) {
      VectorStore store = open(directory);
      fill(store, "f", 0, COUNT);
      upToDate(store, threads).close();
      fill(store, "g", 0, 4_200);
      store.close();
      VectorStore reopened = open(directory);
      HeldWork held = new HeldWork();
      CollectionIndex index = CollectionIndex.over(reopened, collection(reopened), held, threads);
      held.begun.await();
      assertFalse(index.hasGraph());
      assertEquals(COUNT + 4_200, index.pendingSlots());
      held.let.countDown();
      index.awaitTakenOver();
      assertEquals(COUNT, index.nodesTakenOver());
      index.close();
      reopened.close();
    }
  }

  @Test
  void graph_ofAStoreThatWentOnWithoutIt_isCaughtUpWith() throws Exception {
    MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
    try (CoreThreads threads = new CoreThreads("test")) {
      VectorStore store = open(directory);
      fill(store, "f", 0, COUNT);
      upToDate(store, threads).close();
      for (int i = 0; i < 300; i++) {
        store.unlinked(new TreePath("d" + i % 7 + "/f" + i));
      }
      store.upkeep().releaseSlots();
      fill(store, "g", 0, 500);
      store.close();
      VectorStore reopened = open(directory);
      CollectionIndex index = upToDate(reopened, threads);
      assertEquals(COUNT - 300, index.nodesTakenOver());
      assertTrue(recall(reopened, index) > 0.95, "recall " + recall(reopened, index));
      index.close();
      reopened.close();
    }
  }

  @Test
  void close_whileTheGraphIsBuilt_doesNotWaitForIt() throws Exception {
    MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
    try (CoreThreads threads = new CoreThreads("test")) {
      VectorStore store = open(directory);
      fill(store, "a", 0, COUNT);
      CollectionIndex index = CollectionIndex.over(store, collection(store), threads, threads);
      index.close();
      assertTrue(index.pendingSlots() > 0, "all was inserted before the end");
      store.close();
    }
  }

  @Test
  void graph_damagedOrGone_isBuiltAnew() throws Exception {
    MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
    try (CoreThreads threads = new CoreThreads("test")) {
      VectorStore store = open(directory);
      fill(store, "f", 0, 1_200);
      upToDate(store, threads).close();
      store.close();
      byte[] graph = directory.bytes(GRAPH);
      List<byte[]> damaged = new ArrayList<>();
      damaged.add(new byte[0]);
      for (int i = 0; i < 6; i++) {
        byte[] flipped = graph.clone();
        flipped[random.nextInt(graph.length)] ^= 1;
        damaged.add(flipped);
        damaged.add(Arrays.copyOf(graph, random.nextInt(graph.length)));
      }
      for (byte[] bytes : damaged) {
        VectorStore reopened = open(directory.afterKill().with(GRAPH, bytes));
        CollectionIndex index =
            CollectionIndex.over(reopened, collection(reopened), threads, threads);
        List<Integer> found = found(reopened, index, queries.getFirst(), false);
        assertEquals(found(reopened, index, queries.getFirst(), true).getFirst(), found.getFirst());
        index.close();
        assertEquals(0, index.nodesTakenOver());
        reopened.close();
      }
    }
  }

  @Test
  void slots_afterNineOfTenWereReplaced_areThoseOfAFreshStore() throws Exception {
    try (CoreThreads threads = new CoreThreads("test")) {
      VectorStore store = open(new MemoryDirectory(CAPACITY_BYTES));
      fill(store, "f", 0, COUNT);
      CollectionIndex index = upToDate(store, threads);
      double fresh = recall(store, index);
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++) {
          if (i % 10 != 0) {
            store.unlinked(new TreePath("d" + i % 7 + "/f" + i));
          }
        }
        await(index);
        store.upkeep().releaseSlots();
        for (int i = 0; i < COUNT; i++) {
          if (i % 10 != 0) {
            fill(store, "f", i, i + 1);
          }
        }
        await(index);
      }
      assertEquals(COUNT, collection(store).liveRows());
      assertEquals(COUNT, collection(store).slotLimit());
      assertEquals(0, collection(store).freeSlots());
      double later = recall(store, index);
      assertTrue(later >= fresh - 0.02, "recall " + later + " after " + fresh);
      index.close();
      store.close();
    }
  }

  @Test
  void memory_afterMostWasDeletedAndCompacted_isGivenBack() throws Exception {
    int count = 11_000;
    try (CoreThreads threads = new CoreThreads("test")) {
      MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
      VectorStore store = open(directory);
      fill(store, "f", 0, count);
      CollectionIndex index = upToDate(store, threads);
      for (int i = 0; i < count; i++) {
        if (i % 10 != 0) {
          store.unlinked(new TreePath("d" + i % 7 + "/f" + i));
        }
      }
      store.upkeep().releaseSlots();
      store.upkeep().compact(true, Pace.FULL);
      await(index);
      assertEquals(count / 10, collection(store).slotLimit());
      while (index.graphSlots() > 4 * count / 10) {
        Thread.onSpinWait();
      }
      await(index);
      assertTrue(recall(store, index) > 0.95, "recall " + recall(store, index));
      fill(store, "g", 0, 500);
      await(index);
      assertTrue(recall(store, index) > 0.95, "recall " + recall(store, index));
      index.close();
      store.close();
      VectorStore reopened = open(directory);
      assertEquals(count / 10 + 500, collection(reopened).slotLimit());
      assertEquals(count / 10 + 500, collection(reopened).liveRows());
      reopened.close();
    }
  }
}
