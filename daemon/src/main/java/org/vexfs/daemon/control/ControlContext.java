package org.vexfs.daemon.control;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Component;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.FlightEvents;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Overlay;
import org.vexfs.daemon.search.Answer;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.search.SearchServices;

/// What virtual nodes draw on: the real files, the search, the errors, the status.
public final class ControlContext {
  private final Overlay overlay;
  private final Component<SearchServices> search;
  private final Duration patience;
  private final ErrorLog errors;
  private final SavedQueries queries;
  private final LinkListings links = new LinkListings();
  private final Supplier<byte[]> status;
  private final Consumer<Figures> ownFigures;
  private final SearchCounts counts = new SearchCounts();

  /// @param search comes up behind the mount; requests wait for it no longer than `patience`
  /// @param status makes the content of `.vexfs/status`
  /// @param ownFigures adds the figures of the process and of the mount to those of the vectors
  public ControlContext(
      Overlay overlay,
      Component<SearchServices> search,
      Duration patience,
      ErrorLog errors,
      SavedQueries queries,
      Supplier<byte[]> status,
      Consumer<Figures> ownFigures) {
    this.overlay = overlay;
    this.search = search;
    this.patience = patience;
    this.errors = errors;
    this.queries = queries;
    this.status = status;
    this.ownFigures = ownFigures;
  }

  Overlay overlay() {
    return overlay;
  }

  ErrorLog errors() {
    return errors;
  }

  SearchCounts counts() {
    return counts;
  }

  SavedQueries queries() {
    return queries;
  }

  LinkListings links() {
    return links;
  }

  byte[] status() {
    return status.get();
  }

  /// The figures of this moment, as far as things are up; waits for nothing.
  public Figures figures() {
    Figures figures = new Figures();
    ownFigures.accept(figures);
    counts.addTo(figures);
    figures.gauge("saved_queries", "Saved queries of all directories.", queries.count());
    search.ifReady().ifPresent(services -> StoreFigures.addTo(figures, services));
    return figures;
  }

  SearchServices search() throws VectorFailure {
    return search.get(patience);
  }

  /// The directory whose `.vexfs` this is.
  TreePath pathOf(Host host, NodeId directory) throws ErrnoException {
    return overlay.pathOf(host, directory);
  }

  /// The same, as saved queries find it again.
  SavedQueries.Place placeOf(Host host, NodeId directory) throws ErrnoException {
    return new SavedQueries.Place(
        overlay.pathOf(host, directory), overlay.fingerprintOf(host, directory));
  }

  /// What `caller` gets for a query in a directory.
  Answer answer(Host host, Caller caller, NodeId directory, Query query)
      throws ErrnoException, VectorFailure {
    long start = System.nanoTime();
    boolean answered = false;
    int hits = -1;
    TreePath path = pathOf(host, directory);
    try {
      Answer answer = search().engine().search(query, path, overlay.viewOf(host, caller));
      answered = true;
      hits = answer.results().stream().mapToInt(result -> result.hits().size()).sum();
      return answer;
    } finally {
      counts.searched(start, answered);
      FlightEvents.search(path, start, hits);
    }
  }

  /// The file at `path` is about to be asked for its vectors.
  void meet(Host host, TreePath path) throws ErrnoException, VectorFailure {
    overlay.meet(host, path);
  }

  /// How the file or directory at `path` looks.
  VirtualNode.Appearance original(Host host, TreePath path) throws ErrnoException {
    MemorySegment attributes = host.scratchStat();
    overlay.stat(host, path, attributes);
    return new VirtualNode.Appearance(
        stat.st_mode(attributes),
        stat.st_uid(attributes),
        stat.st_gid(attributes),
        stat.st_size(attributes));
  }
}
