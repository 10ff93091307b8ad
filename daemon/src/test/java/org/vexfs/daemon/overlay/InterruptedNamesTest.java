package org.vexfs.daemon.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Component;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.MemoryDirectory;
import org.vexfs.daemon.store.Intent;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorStore;

/// The process ends before, within and after a change of names: at every operation of the store's
/// disk the store is recovered from what the disk has then, beside what SOURCE has then, and every
/// file must have the vectors that are its own.
///
/// A file's content says which those are: the number of its vector, or nothing.
final class InterruptedNamesTest {
  private static final Caller CALLER = new Caller(0, 0, 1, 0);

  private static final StoreOptions OPTIONS = new StoreOptions(32 << 10, 16 << 10);
  private static final int CAPACITY_BYTES = 64 << 10;

  @TempDir private Path directory;

  private final MemoryDirectory disk = new MemoryDirectory(CAPACITY_BYTES);
  private final Host host = Host.borrow();
  private final Arena arena = Arena.ofConfined();
  private Path source;
  private int descriptor;
  private Component<VectorStore> store;
  private Overlay overlay;
  private int files;

  /// Moments at which the process might have ended.
  private int moments;

  @BeforeEach
  void show() throws Exception {
    source = Files.createDirectory(directory.toRealPath().resolve("source"));
    descriptor =
        host.openat(
            Libc.AT_FDCWD(),
            TreePath.bytesOfText(source.toString()),
            Libc.O_PATH() | Libc.O_DIRECTORY(),
            0);
    store = new Component<>("store", () -> recover(disk));
    store.get(Duration.ofSeconds(10));
    overlay =
        new Overlay(
            host,
            descriptor,
            new VectorAttributes(store, Duration.ofSeconds(10)),
            new Overlay.CacheTimes(1, 1));
  }

  @AfterEach
  void end() throws VectorFailure {
    disk.beforeOperation(() -> {});
    overlay.close();
    store.get(Duration.ZERO).close();
    arena.close();
    host.close();
  }

  private VectorStore recover(MemoryDirectory from) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(from, OPTIONS)) {
      return unrecovered.recover(this::fingerprintAt).store();
    }
  }

  private long fingerprintAt(TreePath path) {
    try {
      return host.statx().fingerprint(descriptor, path.isRoot() ? "." : path.bytes());
    } catch (ErrnoException nothingThere) {
      return 0;
    }
  }

  private void plain(String path) throws IOException {
    Files.createDirectories(source.resolve(path).getParent());
    Files.writeString(source.resolve(path), "");
  }

  private void withVector(String path) throws Exception {
    files++;
    plain(path);
    Files.writeString(source.resolve(path), Integer.toString(files));
    overlay.attach(host, new TreePath(path), "default", VectorMatrix.ofVector(1, files));
  }

  private NodeId node(String path) throws ErrnoException {
    NodeId node = NodeId.ROOT;
    for (String name : new TreePath(path).names()) {
      node = overlay.lookup(host, CALLER, node, name, stat.allocate(arena));
    }
    return node;
  }

  private void rename(String from, String to, int flags) throws ErrnoException, VectorFailure {
    TreePath path = new TreePath(from);
    TreePath newPath = new TreePath(to);
    overlay.rename(
        host,
        node(path.parent().bytes()),
        path.name(),
        node(newPath.parent().bytes()),
        newPath.name(),
        flags);
  }

  private void link(String existing, String added) throws ErrnoException, VectorFailure {
    NodeId node = node(existing);
    NodeId _ = overlay.link(host, node, NodeId.ROOT, added, stat.allocate(arena));
  }

  private void unlink(String path) throws ErrnoException, VectorFailure {
    TreePath removed = new TreePath(path);
    overlay.unlink(host, CALLER, node(removed.parent().bytes()), removed.name());
  }

  @FunctionalInterface
  private interface Change {
    void run() throws Exception;
  }

  /// Makes a change, and lets the process end wherever it can.
  private void interrupt(Change change) throws Exception {
    disk.beforeOperation(this::check);
    try {
      change.run();
    } finally {
      disk.beforeOperation(() -> {});
    }
    check();
    assertTrue(moments > 2, "hardly a moment to be interrupted in: " + moments);
  }

  /// What the disk has at this moment, and what SOURCE shows.
  private void check() {
    moments++;
    try {
      VectorStore recovered = recover(disk.afterKill());
      Map<Long, String> own = new HashMap<>();
      for (Path file : sourceFiles()) {
        TreePath path = new TreePath(source.relativize(file).toString());
        long fingerprint = fingerprintAt(path);
        String content = Files.readString(file);
        own.put(fingerprint, content);
        Optional<VectorMatrix> expected =
            content.isEmpty()
                ? Optional.empty()
                : Optional.of(VectorMatrix.ofVector(1, Integer.parseInt(content)));
        assertEquals(expected, recovered.get(path, fingerprint, "default"), path.toString());
      }
      long bearing = own.values().stream().filter(content -> !content.isEmpty()).count();
      assertEquals(bearing, recovered.state().entries(), "entries in all");
      recovered.close();
    } catch (VectorFailure | IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<Path> sourceFiles() throws IOException {
    try (Stream<Path> all = Files.walk(source)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void rename_toANewName() throws Exception {
    withVector("a");
    withVector("b");
    interrupt(() -> rename("a", "c", 0));
  }

  @Test
  void rename_ofAFileWithoutVectors_overOneWithVectors() throws Exception {
    plain("a");
    withVector("b");
    interrupt(() -> rename("a", "b", 0));
  }

  @Test
  void rename_ofAFileWithVectors_overOneWithVectors() throws Exception {
    withVector("d/a");
    withVector("b");
    interrupt(() -> rename("d/a", "b", 0));
  }

  @Test
  void rename_ofAFileWithVectors_overOneWithout() throws Exception {
    withVector("a");
    plain("b");
    interrupt(() -> rename("a", "b", 0));
  }

  @Test
  void rename_overAFileThatHasAnotherName_knownOrNot() throws Exception {
    plain("a");
    withVector("b");
    link("b", "c");
    interrupt(() -> rename("a", "b", 0));
    plain("d");
    Files.createLink(source.resolve("unknown"), source.resolve("c"));
    interrupt(() -> rename("d", "c", 0));
  }

  @Test
  void rename_ofADirectory_alsoOverAnEmptyOne() throws Exception {
    withVector("x/y/a");
    withVector("x/b");
    interrupt(() -> rename("x", "z", 0));
    Files.createDirectory(source.resolve("empty"));
    interrupt(() -> rename("z", "empty", 0));
  }

  @Test
  void exchange_ofFilesWithAndWithoutVectors() throws Exception {
    withVector("a");
    plain("b");
    withVector("c");
    interrupt(() -> rename("a", "b", Libc.RENAME_EXCHANGE()));
    interrupt(() -> rename("a", "b", Libc.RENAME_EXCHANGE()));
    interrupt(() -> rename("a", "c", Libc.RENAME_EXCHANGE()));
  }

  @Test
  void exchange_ofDirectoriesAndFiles() throws Exception {
    withVector("x/a");
    withVector("y/b");
    withVector("c");
    interrupt(() -> rename("x", "y", Libc.RENAME_EXCHANGE()));
    interrupt(() -> rename("x", "c", Libc.RENAME_EXCHANGE()));
  }

  @Test
  void link_sharesTheVectors() throws Exception {
    withVector("a");
    interrupt(() -> link("a", "b"));
  }

  @Test
  void unlink_ofTheLastName_andOfOneOfSeveral() throws Exception {
    withVector("a");
    withVector("b");
    link("b", "c");
    interrupt(() -> unlink("a"));
    interrupt(() -> unlink("b"));
    Files.createLink(source.resolve("unknown"), source.resolve("c"));
    interrupt(() -> unlink("c"));
  }

  @Test
  void unlink_ofAFileWhoseDirectoryIsNotThereAfterwards_dropsNothing() throws Exception {
    withVector("disk/a");
    TreePath path = new TreePath("disk/a");
    store
        .get(Duration.ZERO)
        .names()
        .intend(
            Intent.unlink(
                path, fingerprintAt(path), fingerprintAt(path.parent()), Intent.Fate.GONE));
    Files.move(source.resolve("disk"), directory.resolve("unmounted"));
    Files.createDirectory(source.resolve("disk"));
    VectorStore recovered = recover(disk.afterKill());
    assertEquals(1, recovered.state().entries());
    recovered.close();
  }

  @Test
  void creation_whereAFileWasRemovedBehindTheMount() throws Exception {
    withVector("a");
    withVector("b");
    Files.move(source.resolve("a"), directory.resolve("elsewhere"));
    disk.beforeOperation(this::checkNewFile);
    NodeId _ = overlay.mknod(host, CALLER, NodeId.ROOT, "a", 0100644, 0, stat.allocate(arena));
    checkNewFile();
    assertTrue(moments > 1, "no moment to be interrupted in");
  }

  /// A new file has no vectors.
  private void checkNewFile() {
    moments++;
    try {
      VectorStore recovered = recover(disk.afterKill());
      long fingerprint = fingerprintAt(new TreePath("a"));
      if (fingerprint != 0) {
        assertEquals(Optional.empty(), recovered.get(new TreePath("a"), fingerprint, "default"));
      }
      recovered.close();
    } catch (VectorFailure e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void changesThatTheHostRefuses_changeNothing() throws Exception {
    withVector("x/a");
    withVector("b");
    withVector("c");
    interrupt(
        () -> assertThrows(ErrnoException.class, () -> overlay.rmdir(host, NodeId.ROOT, "x")));
    interrupt(
        () -> assertThrows(ErrnoException.class, () -> rename("b", "c", Libc.RENAME_NOREPLACE())));
    interrupt(() -> assertThrows(ErrnoException.class, () -> rename("b", "x", 0)));
    interrupt(() -> assertThrows(ErrnoException.class, () -> link("b", "c")));
  }

  @Test
  void intentThatCameToNothing_isNotTakenForWhatHappensBehindTheMountLater() throws Exception {
    plain("a");
    withVector("b");
    TreePath from = new TreePath("a");
    TreePath to = new TreePath("b");
    store
        .get(Duration.ZERO)
        .names()
        .intend(Intent.rename(from, fingerprintAt(from), to, fingerprintAt(to), Intent.Fate.GONE));
    MemoryDirectory killed = disk.afterKill();
    recover(killed).close();
    Files.move(source.resolve("a"), source.resolve("b"), StandardCopyOption.ATOMIC_MOVE);
    VectorStore again = recover(killed);
    assertEquals(
        Optional.of(VectorMatrix.ofVector(1, 1)), again.get(to, fingerprintAt(to), "default"));
    again.close();
  }
}
