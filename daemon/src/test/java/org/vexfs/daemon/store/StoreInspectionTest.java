package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.index.GraphImageFault;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.ImageSeal;
import org.vexfs.daemon.io.MemoryDirectory;

/// What an inspection finds in a store with segments and checkpoints, and what a store that is
/// opened all the same gives to its readers: the sound vectors, or an error.
final class StoreInspectionTest {
  private static final int CAPACITY_BYTES = 16 << 10;
  private static final StoreOptions OPTIONS = new StoreOptions(2 << 10, 512);
  private static final long SEED = 21;

  /// What the host has; a file's inode is the same as long as its name is.
  private final Set<TreePath> vanished = new HashSet<>();

  private final HostProbe probe = path -> vanished.contains(path) ? 0 : inode(path);
  private final MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
  private final Map<TreePath, VectorMatrix> expected = fill();

  private static long inode(TreePath path) {
    return 1 + path.hashCode() % 1000L + 1000;
  }

  /// A store that was compacted, went on into another segment, and was closed.
  private Map<TreePath, VectorMatrix> fill() {
    Map<TreePath, VectorMatrix> files = new TreeMap<>();
    try {
      VectorStore store = open(directory).store();
      for (int i = 0; i < 26; i++) {
        TreePath path = new TreePath("d" + i % 3 + "/f" + i);
        VectorMatrix matrix = VectorMatrix.ofVector(i, 2, 3, 4, 5, 6);
        store.put(path, inode(path), "default", matrix);
        files.put(path, matrix);
        if (i > 2 && i % 4 != 0) {
          TreePath gone = new TreePath("d" + (i - 1) % 3 + "/f" + (i - 1));
          store.unlinked(gone);
          files.remove(gone);
        }
      }
      store.upkeep().compact(true, Pace.FULL);
      for (int i = 0; i < 8; i++) {
        TreePath path = new TreePath("later" + i);
        VectorMatrix matrix = VectorMatrix.ofVector(i, 9, 9, 9, 9, 9);
        store.put(path, inode(path), "default", matrix);
        files.put(path, matrix);
      }
      store.close();
      return files;
    } catch (VectorFailure | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private UnrecoveredStore.Recovered open(MemoryDirectory disk) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(disk, OPTIONS)) {
      return unrecovered.recover(probe);
    }
  }

  private StoreInspection inspect(MemoryDirectory disk) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(disk, OPTIONS)) {
      return unrecovered.inspect(probe);
    }
  }

  @Test
  void inspection_ofASoundStore_findsNothingAndChangesNothing() throws VectorFailure {
    List<String> names = directory.list();
    assertTrue(names.stream().filter(CheckpointHead::isFileName).count() == 1, names.toString());
    assertTrue(names.stream().filter(SegmentHeader::isFileName).count() > 1, names.toString());
    MemoryDirectory disk = directory.afterKill();
    assertEquals(List.of(), inspect(disk).findings());
    assertEquals(0, disk.mappings());
    assertEquals(names, disk.list());
    for (String name : names) {
      assertTrue(Arrays.equals(directory.bytes(name), disk.bytes(name)), name);
    }
  }

  @Test
  void inspection_findsAnUnsoundGraph_whichRepairingRemoves() throws VectorFailure {
    MemoryDirectory disk = directory.afterKill().with("0000000001.vexgraph", new byte[70]);
    assertUnsoundGraph(disk, "damaged");
  }

  private void assertUnsoundGraph(MemoryDirectory disk, String fault) throws VectorFailure {
    StoreInspection inspection = inspect(disk);
    assertEquals(1, inspection.findings().size(), inspection.findings().toString());
    StoreInspection.Finding finding = inspection.findings().getFirst();
    assertEquals(StoreInspection.Remedy.REPAIR, finding.remedy());
    assertTrue(finding.text().contains("0000000001.vexgraph"), finding.text());
    assertTrue(finding.text().contains(fault), finding.text());
    assertEquals(List.of("0000000001.vexgraph"), inspection.unsoundGraphs());
    VectorStore store = open(disk).store();
    store.graphs().remove("0000000001.vexgraph");
    store.close();
    assertEquals(List.of(), inspect(disk).findings());
  }

  /// The checksum is that of what was written, and what was written is wrong.
  @Test
  void inspection_findsAGraphWhoseLinksAreWrong() throws VectorFailure {
    MemoryDirectory disk = directory.afterKill();
    VectorStore store = open(disk).store();
    VectorCollection collection = store.collections().getFirst();
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    HnswGraph graph =
        new HnswGraph(
            collection.vectors(),
            collection.metric(),
            HnswParameters.forDimension(collection.dimension()));
    IntStream.range(0, collection.slotLimit()).filter(collection::isLive).forEach(graph::insert);
    store
        .graphs()
        .write(
            collection,
            sink ->
                graph.save(piece -> {
                  written.writeBytes(piece.toArray(ValueLayout.JAVA_BYTE));
                  sink.write(piece);
                }));
    store.close();
    assertEquals(List.of(), inspect(disk).findings(), "a sound graph");

    byte[] image = withAWrongLink(written.toByteArray(), collection.dimension());
    store = open(disk).store();
    store
        .graphs()
        .write(store.collections().getFirst(), sink -> sink.write(MemorySegment.ofArray(image)));
    store.close();
    assertUnsoundGraph(disk, "faults, the first: ");
  }

  /// The image with a number changed so that it is still one of a graph.
  private static byte[] withAWrongLink(byte[] image, int dimension) {
    for (int at = ImageSeal.directory(image) - 1; at >= 0; at--) {
      byte[] changed = image.clone();
      changed[at] ^= 1;
      changed = ImageSeal.renew(changed);
      try {
        HnswParameters parameters = HnswParameters.forDimension(dimension);
        if (!HnswGraph.check(MemorySegment.ofArray(changed), parameters).isSound()) {
          return changed;
        }
      } catch (GraphImageFault _) {
        // That one would not even be read.
      }
    }
    throw new AssertionError("no change makes a wrong graph");
  }

  @Test
  void inspection_findsVanishedFiles() throws VectorFailure {
    TreePath gone = expected.keySet().iterator().next();
    vanished.add(gone);
    StoreInspection inspection = inspect(directory.afterKill());
    assertEquals(List.of(gone), inspection.vanished());
    assertEquals(1, inspection.findings().size());
    assertEquals(StoreInspection.Remedy.REPAIR, inspection.findings().getFirst().remedy());
  }

  @Test
  void flippedByte_anywhere_isFoundAndNeverShown() throws VectorFailure {
    Random random = new Random(SEED);
    int refused = 0;
    for (String name : directory.list()) {
      byte[] whole = directory.bytes(name);
      for (int at = 0; at < whole.length; at++) {
        byte[] flipped = whole.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        MemoryDirectory disk = directory.afterKill().with(name, flipped);
        String where = name + " byte " + at + ", seed " + SEED;
        assertFalse(inspect(disk).findings().isEmpty(), where + " was not found");
        refused += isReadable(disk, where) ? 0 : 1;
      }
    }
    assertTrue(refused > 0, "nothing was ever refused");
  }

  @Test
  void truncation_atEveryLength_isFoundOrHarmless() throws VectorFailure {
    for (String name : directory.list()) {
      byte[] whole = directory.bytes(name);
      for (int length = 0; length < whole.length; length++) {
        MemoryDirectory disk = directory.afterKill().with(name, Arrays.copyOf(whole, length));
        String where = name + " cut to " + length;
        assertFalse(inspect(disk).findings().isEmpty(), where + " was not found");
        boolean _ = isReadable(disk, where);
      }
    }
  }

  /// Whether the store opens and all is there; where not, that it says so and gives nothing wrong.
  private boolean isReadable(MemoryDirectory disk, String where) throws VectorFailure {
    VectorStore store;
    try {
      store = open(disk).store();
    } catch (StoreBroken e) {
      return false;
    }
    boolean all = true;
    for (Map.Entry<TreePath, VectorMatrix> file : expected.entrySet()) {
      try {
        Optional<VectorMatrix> got = store.get(file.getKey(), inode(file.getKey()), "default");
        assertEquals(Optional.of(file.getValue()), got, where);
      } catch (StoreBroken e) {
        all = false;
      }
    }
    assertEquals(expected.size(), store.state().entries(), where);
    store.close();
    return all;
  }

  @Test
  void repair_ofACheckpoint_leavesTheStoreClean() throws VectorFailure {
    String newest = directory.list().stream().filter(CheckpointHead::isFileName).toList().getLast();
    MemoryDirectory disk = directory.afterKill().with(newest, new byte[3]);
    List<String> texts =
        inspect(disk).findings().stream().map(StoreInspection.Finding::text).toList();
    assertEquals(
        List.of(
            newest + " holds no sound checkpoint: nothing is lost by it",
            "no checkpoint is left; the log has everything"),
        texts);
    VectorStore store = open(disk).store();
    store.upkeep().checkpoint();
    store.close();
    assertEquals(List.of(), inspect(disk).findings());
  }
}
