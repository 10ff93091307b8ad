package org.vexfs.daemon.search;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.index.GraphImageFault;
import org.vexfs.daemon.index.GraphWork;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.ImageGraph;
import org.vexfs.daemon.index.SearchScratch;
import org.vexfs.daemon.index.SlotPredicate;
import org.vexfs.daemon.store.GraphFiles;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// The graph of a collection on disk: searched there and read once, at the start, and written when
/// enough of it is different. What it lacks of the collection is inserted after it was read.
///
/// For the indexer's thread alone.
final class StoredGraph {
  private static final Logger LOG = LoggerFactory.getLogger(StoredGraph.class);

  /// A graph of fewer nodes is built anew in no time.
  private static final int LEAST_NODES = 1000;

  private static final int LEAST_CHANGES = 1000;

  /// Rows that a search compares one by one beside a graph in its file.
  private static final int MOST_BESIDE_A_VIEW = 4096;

  /// While there is more to insert, a write must be worth much: one change for so many nodes.
  private static final int NODES_A_CHANGE_BUSY = 4;

  /// The same when there is nothing else to do.
  private static final int NODES_A_CHANGE_IDLE = 16;

  /// The same when the collection is about to be closed.
  private static final int NODES_A_CHANGE_CLOSING = 256;

  private static final int WARMING_SEARCHES = 64;
  private static final int WARMING_EF = 100;

  private final VectorStore store;
  private final VectorCollection collection;

  /// Nodes that came or went since the graph was last written.
  private long changes;

  StoredGraph(VectorStore store, VectorCollection collection) {
    this.store = store;
    this.collection = collection;
  }

  /// The graph that was written last, in its file; nothing where there is none.
  Optional<GraphFiles.Image> read() {
    try {
      return store.graphs().read(collection);
    } catch (VectorFailure e) {
      say(e);
      return Optional.empty();
    }
  }

  /// A graph as it lies in its file, of which all but a few slots are known to be what they were.
  Optional<ImageGraph> view(GraphFiles.Image image) {
    if (image.mark().isNone()) {
      return Optional.empty();
    }
    try {
      ImageGraph view =
          new ImageGraph(
              collection.vectors(),
              collection.metric(),
              HnswParameters.forDimension(collection.dimension()),
              image.bytes(),
              collection.slotsSaidBefore(image.mark()));
      boolean isNearlyAll = collection.liveRows() - view.size() <= MOST_BESIDE_A_VIEW;
      return isNearlyAll ? Optional.of(view) : Optional.empty();
    } catch (GraphImageFault e) {
      return Optional.empty();
    }
  }

  /// The graph of an image, without what is not live any more; nothing where that was not to be had
  /// before `cancelled`, which is asked by the run of nodes.
  Optional<HnswGraph> load(GraphFiles.Image image, GraphWork work, BooleanSupplier cancelled) {
    if (!image.isWhole()) {
      LOG.info("The graph of collection {} is built anew: its file is damaged", collection.name());
      return Optional.empty();
    }
    try (VectorStore.Pin _ = store.pin()) {
      return Optional.of(
          HnswGraph.load(
              collection.vectors(),
              collection.metric(),
              HnswParameters.forDimension(collection.dimension()),
              image.bytes(),
              collection::isLive,
              unless(cancelled, work)));
    } catch (GraphImageFault e) {
      if (!cancelled.getAsBoolean()) {
        say(e);
      }
      return Optional.empty();
    }
  }

  /// Searches a graph for some of its own vectors, so that what it is walked by is compiled before
  /// it takes the place of the one in its file.
  void warmUp(HnswGraph graph, BooleanSupplier cancelled) {
    SearchScratch scratch = new SearchScratch();
    int step = Math.max(1, collection.slotLimit() / WARMING_SEARCHES);
    try (VectorStore.Pin _ = store.pin()) {
      for (int slot = 0; slot < collection.slotLimit() && !cancelled.getAsBoolean(); slot += step) {
        if (graph.contains(slot)) {
          int _ =
              graph.search(
                  collection.vectors().segment(slot),
                  collection.vectors().offset(slot),
                  1,
                  WARMING_EF,
                  SlotPredicate.ALL,
                  scratch);
        }
      }
    }
  }

  private void say(Exception fault) {
    LOG.info("The graph of collection {} is built anew: {}", collection.name(), fault.getMessage());
  }

  /// The same work, which fails once it is cancelled.
  private static GraphWork unless(BooleanSupplier cancelled, GraphWork work) {
    return (from, to, action) ->
        work.forEach(
            from,
            to,
            i -> {
              if (cancelled.getAsBoolean()) {
                throw new IllegalStateException("cancelled");
              }
              action.accept(i);
            });
  }

  /// So many nodes came or went.
  void note(int nodes) {
    changes += nodes;
  }

  /// Writes the graph if enough of it is different.
  void saveIfDue(HnswGraph graph, boolean busy) {
    int share = busy ? NODES_A_CHANGE_BUSY : NODES_A_CHANGE_IDLE;
    if (changes >= Math.max(LEAST_CHANGES, graph.size() / share)) {
      save(graph);
    }
  }

  /// Writes the graph if the next start would have anything to do without.
  void saveBeforeClosing(HnswGraph graph) {
    if (changes > graph.size() / NODES_A_CHANGE_CLOSING) {
      save(graph);
    }
  }

  /// The same graph with memory for no more slots than it needs; nothing where that did not work.
  Optional<HnswGraph> rewritten(HnswGraph graph, GraphWork work, BooleanSupplier cancelled) {
    if (!save(graph)) {
      return Optional.empty();
    }
    Optional<GraphFiles.Image> written = read();
    try {
      return written.flatMap(image -> load(image, work, cancelled));
    } finally {
      written.ifPresent(GraphFiles.Image::close);
    }
  }

  private boolean save(HnswGraph graph) {
    changes = 0;
    if (graph.size() < LEAST_NODES) {
      return false;
    }
    try {
      store
          .graphs()
          .write(
              collection,
              sink -> {
                // Where there are no codes, the vectors are read.
                try (VectorStore.Pin _ = store.pin()) {
                  graph.save(sink);
                }
              });
      return true;
    } catch (VectorFailure e) {
      LOG.warn("{}", e.getMessage());
      return false;
    }
  }
}
