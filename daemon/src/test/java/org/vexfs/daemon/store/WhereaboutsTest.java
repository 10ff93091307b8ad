package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.MemoryDirectory;

/// What the store makes of a host that changed behind it, where files can be told for good: their
/// fingerprints, here negative numbers, are lasting.
final class WhereaboutsTest {
  private static final int CAPACITY_BYTES = 64 << 10;
  private static final StoreOptions OPTIONS = new StoreOptions(8 << 10, 2 << 10);

  /// What the host has.
  private final Map<TreePath, Long> host = new HashMap<>();

  private final MemoryDirectory directory = new MemoryDirectory(CAPACITY_BYTES);
  private VectorStore store = open();

  private VectorStore open() {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, OPTIONS)) {
      return unrecovered.recover(path -> host.getOrDefault(path, 0L)).store();
    } catch (VectorFailure e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() throws VectorFailure {
    store.close();
  }

  private static TreePath path(String text) {
    return new TreePath(text);
  }

  private static VectorMatrix vector(long file) {
    return VectorMatrix.ofVector(1, (float) file);
  }

  /// A file with the vector of its fingerprint.
  private void attach(String path, long file) throws VectorFailure {
    host.put(path(path), file);
    store.put(path(path), file, "default", vector(file));
  }

  private Optional<VectorMatrix> get(String path) throws VectorFailure {
    return store.get(path(path), host.getOrDefault(path(path), 0L), "default");
  }

  private void meet(String path) throws VectorFailure {
    TreePath met = path(path);
    store.whereabouts().met(met, host.getOrDefault(met, 0L));
  }

  private void moveBehind(String from, String to) {
    Long moved = host.remove(path(from));
    host.put(path(to), moved);
  }

  @Test
  void movedFile_hasItsVectors_alsoBeforeTheStoreLearns() throws VectorFailure {
    attach("a", -1);
    moveBehind("a", "sub/b");
    assertEquals(Optional.of(vector(-1)), get("sub/b"));
    meet("sub/b");
    assertEquals(Optional.of(vector(-1)), store.get(path("sub/b"), 0, "default"));
    assertEquals(Optional.empty(), store.get(path("a"), 0, "default"));
  }

  @Test
  void fileMovedOverAnother_bringsItsVectors_andThoseOfTheOtherWait() throws VectorFailure {
    attach("a", -1);
    attach("b", -2);
    moveBehind("a", "b");
    meet("b");
    assertEquals(Optional.of(vector(-1)), get("b"));
    assertTrue(store.whereabouts().waitingPlace(-2).isPresent());

    host.put(path("back"), -2L);
    meet("back");
    assertEquals(Optional.of(vector(-2)), get("back"));
    assertTrue(store.whereabouts().waitingPlace(-2).isEmpty());
    assertTrue(store.directory(ChangePlan.DETACHED).isEmpty());
  }

  @Test
  void exchangedFiles_exchangeTheirVectors() throws VectorFailure {
    attach("a", -1);
    attach("d/b", -2);
    host.put(path("a"), -2L);
    host.put(path("d/b"), -1L);
    meet("a");
    meet("d/b");
    assertEquals(Optional.of(vector(-2)), get("a"));
    assertEquals(Optional.of(vector(-1)), get("d/b"));
    assertTrue(store.directory(ChangePlan.DETACHED).isEmpty());
  }

  @Test
  void replacedFile_keepsTheVectorsOfItsPath() throws VectorFailure {
    attach("a", -1);
    host.put(path("a"), -5L);
    meet("a");
    assertEquals(Optional.of(vector(-1)), get("a"));
  }

  @Test
  void newFile_whereOneIsRemembered_hasNoVectors_andTheOldOneIsFoundAgain() throws VectorFailure {
    attach("a", -1);
    host.remove(path("a"));
    store.whereabouts().vacated(path("a"));
    host.put(path("a"), -9L);
    assertEquals(Optional.empty(), get("a"));
    attach("a", -9);
    host.put(path("old"), -1L);
    meet("old");
    assertEquals(Optional.of(vector(-1)), get("old"));
    assertEquals(Optional.of(vector(-9)), get("a"));
  }

  @Test
  void waitingVectors_surviveARestart_andACheckpoint() throws VectorFailure {
    attach("a", -1);
    attach("b", -2);
    store.names().settle(Intent.unlink(path("a"), -1, 0, Intent.Fate.LIVES_ON), true);
    HostChanges.removeDirectory(store, path("none"));
    store.close();
    store = open();
    assertEquals(
        List.of("default"),
        store.collectionsOf(store.whereabouts().waitingPlace(-1).orElseThrow(), -1));
    host.put(path("link"), -1L);
    meet("link");
    assertEquals(Optional.of(vector(-1)), get("link"));
  }

  @Test
  void fileWithoutALastingFingerprint_isGoneWithItsLastName() throws VectorFailure {
    attach("a", 1);
    store.names().settle(Intent.unlink(path("a"), 1, 0, Intent.Fate.LIVES_ON), true);
    assertFalse(store.whereabouts().isKnown(1));
    assertEquals(0, store.state().entries());
  }

  @Test
  void removedDirectory_keepsWhatMayBeElsewhere() throws VectorFailure {
    attach("disk/deep/a", -1);
    host.clear();
    HostChanges.removeDirectory(store, path("disk"));
    assertEquals(Optional.empty(), store.get(path("disk/deep/a"), 0, "default"));
    host.put(path("disk/deep/a"), -1L);
    meet("disk/deep/a");
    assertEquals(Optional.of(vector(-1)), get("disk/deep/a"));
  }

  /// Whatever the host does with its names, among them such as are directories at one time and
  /// files at another: once every file was met, each has its own.
  @Test
  void filesMovedAtRandom_haveTheirVectors() throws VectorFailure {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    List<String> names =
        List.of("a", "b", "a/a", "a/b", "b/a", "a/a/a", "a/a/b", "c", "c/a/b", "d/e");
    for (int file = 1; file <= 4; file++) {
      attach(List.of("a", "b", "c", "d/e").get(file - 1), -file);
    }
    for (int round = 0; round < 500; round++) {
      shuffle(names, random);
      List<TreePath> order = new ArrayList<>(host.keySet());
      Collections.shuffle(order, random);
      for (TreePath met : order) {
        if (random.nextInt(8) != 0) {
          store.whereabouts().met(met, host.getOrDefault(met, 0L));
        }
        assertEquals(
            Optional.of(vector(host.getOrDefault(met, 0L))),
            get(met.bytes()),
            "seed " + seed + ", round " + round + ", " + met);
      }
      assertEquals(4, store.state().entries(), "seed " + seed + ", round " + round);
      if (round % 100 == 99) {
        store.close();
        store = open();
      }
    }
  }

  /// Gives the files other names, none of them within another.
  private void shuffle(List<String> names, Random random) {
    List<Long> files = List.copyOf(host.values());
    host.clear();
    for (long file : files) {
      TreePath free;
      do {
        free = path(names.get(random.nextInt(names.size())));
      } while (isTaken(free));
      host.put(free, file);
    }
  }

  private boolean isTaken(TreePath path) {
    return host.keySet().stream().anyMatch(other -> other.isWithin(path) || path.isWithin(other));
  }
}
