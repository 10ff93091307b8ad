package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.fuzz.FuzzInput;
import org.vexfs.daemon.fuzz.FuzzTarget;
import org.vexfs.daemon.index.GraphImageFault;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.ImageGraph;
import org.vexfs.daemon.index.SearchScratch;
import org.vexfs.daemon.index.SearchableGraph;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.io.MemoryDirectory;

/// The files of a store that were changed on disk. The input is a list of changes: which file, and
/// where; which of a byte, a number, a cut or a copy; and at first, whether all checksums are made
/// to fit afterwards, as they would be in files that somebody forged.
///
/// The store is inspected and opened. It is refused with a reason, or it opens, and then everything
/// in it can be asked for, it takes changes, and it is the same after it was closed and opened
/// again. One that was forged may fail a request that comes across what makes no sense, and nothing
/// else.
public final class StoreFileTarget implements FuzzTarget {
  private static final int CAPACITY_BYTES = 64 << 10;
  private static final int MAX_CHANGES = 12;
  private static final StoreOptions OPTIONS = new StoreOptions(2 << 10, 512);
  private static final HostProbe NOTHING = _ -> 0;

  private final MemoryDirectory sound = new MemoryDirectory(CAPACITY_BYTES);
  private final List<String> names;
  private final SearchScratch scratch = new SearchScratch();

  /// A store with several segments, a checkpoint and a graph.
  public StoreFileTarget() throws Exception {
    VectorStore store = open(sound);
    store.configure("words", Metric.COSINE, Optional.of("hashing"));
    for (int i = 0; i < 24; i++) {
      TreePath path = new TreePath("d" + i % 3 + "/f" + i);
      store.put(path, i + 1, "default", VectorMatrix.ofVector(i, 2, 3, 4));
      if (i % 4 == 1) {
        store.unlinked(path);
      }
    }
    store.put(
        new TreePath("d1"),
        99,
        "default",
        new VectorMatrix(2, 4, new float[] {1, 2, 3, 4, 5, 6, 7, 8}));
    store.put(new TreePath("d0/f0"), 1, "words", VectorMatrix.ofVector(1, 2));
    HostChanges.rename(store, new TreePath("d0/f0"), new TreePath("moved"));
    HostChanges.link(store, new TreePath("d2/f2"), new TreePath("d2/linked"));
    new StoredGraphs().write(store);
    Upkeep.Compacted _ = store.upkeep().compact(true, Pace.FULL);
    store.upkeep().checkpoint();
    for (int i = 0; i < 6; i++) {
      store.put(new TreePath("later" + i), 200 + i, "default", VectorMatrix.ofVector(i, 9, 9, 9));
    }
    store.sync();
    MemoryDirectory killed = sound.afterKill();
    killed.list().forEach(name -> sound.with(name, killed.bytes(name)));
    names = killed.list();
  }

  private static VectorStore open(MemoryDirectory disk) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(disk, OPTIONS)) {
      return unrecovered.recover(NOTHING).store();
    }
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int sealed = 0; sealed < 2; sealed++) {
      for (int file = 0; file < names.size(); file++) {
        for (int change = 0; change < 4; change++) {
          seeds.add(new byte[] {(byte) sealed, (byte) file, (byte) change, 0, 90, 1, 0, 0, 0});
        }
      }
    }
    return seeds;
  }

  @Override
  public void test(byte[] bytes) throws Exception {
    FuzzInput input = new FuzzInput(bytes);
    boolean sealed = input.next(2) == 1;
    MemoryDirectory disk = sound.afterKill();
    for (int i = 0; i < MAX_CHANGES && !input.isEmpty(); i++) {
      String name = names.get(input.next(names.size()));
      disk.with(name, changed(disk.bytes(name), input));
    }
    if (sealed) {
      names.forEach(name -> disk.with(name, StoreSeal.renew(name, disk.bytes(name))));
    }
    inspect(disk.afterKill());
    use(disk, sealed);
  }

  private static byte[] changed(byte[] file, FuzzInput input) {
    int kind = input.next(4);
    int at = file.length == 0 ? 0 : input.next(Math.min(file.length, 1 << 16));
    byte[] changed = file.clone();
    switch (kind) {
      case 0 -> {
        byte[] value = input.take(1);
        System.arraycopy(value, 0, changed, at, Math.min(value.length, file.length - at));
      }
      case 1 -> {
        byte[] number = input.take(Integer.BYTES);
        System.arraycopy(number, 0, changed, at, Math.min(number.length, file.length - at));
      }
      case 2 -> changed = Arrays.copyOf(file, at);
      default -> {
        int length = Math.min(input.nextByte(), file.length - at);
        int from = file.length == length ? 0 : input.next(file.length - length);
        System.arraycopy(file, from, changed, at, length);
      }
    }
    return changed;
  }

  private static void inspect(MemoryDirectory disk) {
    List<String> found = new ArrayList<>();
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(disk, OPTIONS)) {
      for (StoreInspection.Finding finding : unrecovered.inspect(NOTHING).findings()) {
        found.add(finding.text());
      }
    } catch (VectorFailure refused) {
      found.add(String.valueOf(refused.getMessage()));
    }
    assertEquals(0, disk.mappings(), found::toString);
    found.forEach(text -> assertTrue(text.length() > 5));
  }

  private void use(MemoryDirectory disk, boolean isForged) throws VectorFailure {
    VectorStore store;
    try {
      store = open(disk);
    } catch (VectorFailure refused) {
      requireReason(refused);
      assertEquals(0, disk.mappings());
      return;
    }
    try {
      readAll(store);
      store.put(new TreePath("new"), 500, "default", VectorMatrix.ofVector(1, 2, 3, 4));
      searchGraphs(store);
      List<String> before = readAll(store);
      store.close();
      store = open(disk);
      List<String> after = readAll(store);
      store.close();
      if (!isForged) {
        assertEquals(before, after);
      }
    } catch (VectorFailure refused) {
      requireReason(refused);
    } catch (RuntimeException senseless) {
      // It ends the one request that came across it.
      if (!isForged) {
        throw senseless;
      }
    }
  }

  /// All that a store has, or why not.
  private static List<String> readAll(VectorStore store) {
    List<String> all = new ArrayList<>();
    for (VectorCollection collection : store.collections()) {
      all.add(collection.name() + " " + collection.metric() + " " + collection.dimension());
    }
    List<TreePath> paths = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      paths.add(new TreePath("d" + i % 3 + "/f" + i));
    }
    for (String name : List.of("d1", "moved", "d2/linked", "later0", "later5", "new")) {
      paths.add(new TreePath(name));
    }
    for (TreePath path : paths) {
      for (String collection : List.of("default", "words")) {
        try {
          all.add(path + " " + store.get(path, 0, collection));
        } catch (VectorFailure refused) {
          requireReason(refused);
        }
      }
      store.file(path, 0).ifPresent(file -> all.add(path + " " + store.paths(file)));
    }
    StoreState _ = store.state();
    return all;
  }

  /// Loads and searches each graph that there is, both ways in which one can be.
  private void searchGraphs(VectorStore store) {
    for (VectorCollection collection : store.collections()) {
      try (GraphFiles.Image image = store.graphs().read(collection).orElse(null)) {
        if (image != null && image.isWhole() && collection.dimension() > 0) {
          searchMapped(collection, image);
          searchLoaded(collection, image);
        }
      } catch (VectorFailure refused) {
        requireReason(refused);
      } catch (GraphImageFault refused) {
        assertTrue(String.valueOf(refused.getMessage()).length() > 5);
      }
    }
  }

  private void searchMapped(VectorCollection collection, GraphFiles.Image image)
      throws GraphImageFault {
    try (ImageGraph graph =
        new ImageGraph(
            collection.vectors(),
            collection.metric(),
            HnswParameters.forDimension(collection.dimension()),
            image.bytes(),
            collection.slotsSaidBefore(image.mark()))) {
      search(graph, collection);
    }
  }

  private void searchLoaded(VectorCollection collection, GraphFiles.Image image)
      throws GraphImageFault {
    HnswGraph graph =
        HnswGraph.load(
            collection.vectors(),
            collection.metric(),
            HnswParameters.forDimension(collection.dimension()),
            image.bytes(),
            slot -> slot < collection.slotLimit() && collection.isLive(slot),
            (from, to, action) -> IntStream.range(from, to).forEach(action));
    search(graph, collection);
  }

  private void search(SearchableGraph graph, VectorCollection collection) {
    MemorySegment query = MemorySegment.ofArray(new float[collection.dimension()]);
    int found = graph.search(query, 0, 5, 20, SlotPredicate.ALL, Long.MAX_VALUE, scratch);
    for (int i = 0; i < found; i++) {
      assertTrue(scratch.slot(i) < collection.slotLimit(), "a slot that there is not");
    }
  }

  private static void requireReason(VectorFailure refused) {
    assertTrue(String.valueOf(refused.getMessage()).length() > 5);
  }
}
