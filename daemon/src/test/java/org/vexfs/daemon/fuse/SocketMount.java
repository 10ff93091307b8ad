package org.vexfs.daemon.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import org.vexfs.bindings.FuseLibrary;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Component;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.control.ControlContext;
import org.vexfs.daemon.control.ControlTree;
import org.vexfs.daemon.control.ErrorLog;
import org.vexfs.daemon.control.SavedQueries;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.overlay.Overlay;
import org.vexfs.daemon.overlay.VectorAttributes;
import org.vexfs.daemon.search.CollectionIndexes;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.SearchServices;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorStore;

/// A whole mount over a directory, but for the kernel, whose part a [SocketKernel] plays.
final class SocketMount implements AutoCloseable {
  static final long ROOT = NodeId.ROOT.value();

  final Instruments instruments;
  final SocketKernel kernel = new SocketKernel();
  final Overlay overlay;
  final SocketKernel.Answer greeting;
  final Path source;
  private final FuseSession session;
  private final Component<VectorStore> store;
  private final Component<SearchServices> search;
  private boolean ended;

  /// Mounts `directory/source`, with the vectors in `directory/store`.
  SocketMount(Path directory) throws Exception {
    this(directory, trees -> new Dispatcher(trees, watched()));
  }

  /// Mounts with a dispatcher of the test's own.
  SocketMount(Path directory, Function<Trees, Dispatcher> dispatcher) throws Exception {
    source = Files.createDirectories(directory.toRealPath().resolve("source"));
    Path storeDirectory = Files.createDirectories(directory.resolve("store"));
    UnrecoveredStore unrecovered =
        UnrecoveredStore.open(HostDirectory.at(storeDirectory), StoreOptions.DEFAULT);
    store = new Component<>("store", () -> unrecovered.recover(path -> 0).store());
    store.get(Duration.ofSeconds(10));
    search = new Component<>("search", this::startSearch);
    try (Host host = Host.borrow()) {
      int sourceDescriptor =
          host.openat(
              Libc.AT_FDCWD(),
              TreePath.bytesOfText(source.toString()),
              Libc.O_PATH() | Libc.O_DIRECTORY(),
              0);
      overlay =
          new Overlay(
              host,
              sourceDescriptor,
              new VectorAttributes(store, Duration.ofSeconds(10)),
              new Overlay.CacheTimes(1, 1));
    }
    Dispatcher answering = dispatcher.apply(new Trees(overlay, control(), new ErrorLog()));
    instruments = answering.instruments();
    session = FuseSession.open(FuseLibrary.load(), answering, List.of(), OptionalInt.empty());
    session.mount(kernel.mountpoint());
    session.start();
    greeting = kernel.init();
    session.awaitContact();
  }

  /// Instruments that measure every request.
  static Instruments watched() {
    return new Instruments(Instruments.Settings.DEFAULT.measuringEveryStack());
  }

  private SearchServices startSearch() throws VectorFailure {
    VectorStore opened = store.get(Duration.ZERO);
    CollectionIndexes indexes = new CollectionIndexes(opened);
    indexes.start();
    return new SearchServices(opened, indexes, new KnnSearchEngine(opened, indexes));
  }

  private ControlTree control() throws IOException {
    return new ControlTree(
        new ControlContext(
            overlay,
            search,
            Duration.ofSeconds(10),
            new ErrorLog(),
            SavedQueries.in(HostDirectory.at(source.resolveSibling("store"))),
            () -> new byte[0],
            figures -> {}));
  }

  /// Prepares a further session over the same files.
  FuseSession openAnother(List<String> options) throws Exception {
    return FuseSession.open(
        FuseLibrary.load(),
        overlay,
        control(),
        new ErrorLog(),
        options,
        OptionalInt.empty(),
        watched());
  }

  /// Requests that reached the daemon's own code.
  long requestCount() {
    return session.requestCount();
  }

  /// Descriptors that lead into the source: the root's, and one an inode or an open file.
  long descriptorsIntoSource() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(this::leadsIntoSource).count();
    }
  }

  private boolean leadsIntoSource(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(source);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  /// Hangs up, and waits until whatever was sent before is done; the overlay stays.
  void endSession() {
    kernel.hangUp();
    try {
      session.awaitEnd();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    session.close();
    ended = true;
  }

  /// Ends the session if that has not happened yet, and closes everything.
  @Override
  public void close() throws VectorFailure {
    if (!ended) {
      endSession();
    }
    overlay.close();
    kernel.close();
    search.ifReady().ifPresent(services -> services.indexes().close());
    store.get(Duration.ZERO).close();
  }
}
