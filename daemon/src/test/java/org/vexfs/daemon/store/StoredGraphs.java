package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.index.GraphImageFault;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.index.ImageGraph;
import org.vexfs.daemon.index.SearchScratch;
import org.vexfs.daemon.index.SlotPredicate;

/// The graphs of a store that is tested: written as they should be, and read again whatever became
/// of their files and of the store.
final class StoredGraphs {
  private final SearchScratch scratch = new SearchScratch();
  private int used;
  private int marked;

  /// How many were found again and had nodes that were still of use.
  int used() {
    return used;
  }

  /// How many of their nodes were known to be what they were.
  int marked() {
    return marked;
  }

  /// Writes the graph of every small collection.
  void write(VectorStore store) throws VectorFailure {
    for (VectorCollection collection : small(store)) {
      HnswGraph graph = empty(collection);
      live(collection).forEach(graph::insert);
      store.graphs().write(collection, graph::save);
    }
  }

  /// Collections that a graph of is quickly made.
  private static List<VectorCollection> small(VectorStore store) {
    return store.collections().stream()
        .filter(collection -> collection.dimension() > 1 && collection.liveRows() > 0)
        .toList();
  }

  private static List<Integer> live(VectorCollection collection) {
    return IntStream.range(0, collection.slotLimit()).filter(collection::isLive).boxed().toList();
  }

  private static HnswGraph empty(VectorCollection collection) {
    return new HnswGraph(
        collection.vectors(),
        collection.metric(),
        HnswParameters.forDimension(collection.dimension()));
  }

  /// Reads the graphs that are there, inserts what they lack, and looks for everything.
  void check(VectorStore store) throws VectorFailure {
    for (VectorCollection collection : small(store)) {
      Optional<GraphFiles.Image> file = store.graphs().read(collection);
      if (file.isPresent()) {
        try (GraphFiles.Image image = file.get()) {
          if (image.isWhole()) {
            HnswGraph graph = load(collection, image);
            checkMark(collection, image, graph);
            check(collection, graph);
          }
        }
      }
    }
  }

  private HnswGraph load(VectorCollection collection, GraphFiles.Image image) {
    try {
      HnswGraph graph =
          HnswGraph.load(
              collection.vectors(),
              collection.metric(),
              HnswParameters.forDimension(collection.dimension()),
              image.bytes(),
              slot -> slot < collection.slotLimit() && collection.isLive(slot),
              (from, to, action) -> IntStream.range(from, to).forEach(action));
      used += graph.size() > 0 ? 1 : 0;
      return graph;
    } catch (GraphImageFault tooMuchHasChanged) {
      return empty(collection);
    }
  }

  /// What is said to be as it was when the graph was written is so.
  private void checkMark(VectorCollection collection, GraphFiles.Image image, HnswGraph graph) {
    BitSet unchanged = collection.slotsSaidBefore(image.mark());
    try (ImageGraph view =
        new ImageGraph(
            collection.vectors(),
            collection.metric(),
            HnswParameters.forDimension(collection.dimension()),
            image.bytes(),
            unchanged)) {
      for (int slot : view.slots().stream().toArray()) {
        if (slot < collection.slotLimit() && collection.isLive(slot) && graph.size() > 0) {
          // The graph has it only if its print is that of the vector that is there now.
          assertTrue(graph.contains(slot), "slot " + slot + " is another");
          marked++;
        }
      }
    } catch (GraphImageFault e) {
      throw new AssertionError(e);
    }
  }

  private void check(VectorCollection collection, HnswGraph graph) {
    List<Integer> live = live(collection);
    for (int slot : live) {
      if (!graph.contains(slot)) {
        graph.insert(slot);
      }
    }
    assertEquals(List.of(), graph.check().faults());
    for (int slot : live) {
      int found =
          graph.search(
              collection.vectors().segment(slot),
              collection.vectors().offset(slot),
              live.size(),
              live.size(),
              SlotPredicate.ALL,
              scratch);
      TreeSet<Integer> all = new TreeSet<>();
      IntStream.range(0, found).forEach(i -> all.add(scratch.slot(i)));
      assertEquals(new TreeSet<>(live), all, "what a search for everything finds");
      assertEquals(0, scratch.distance(0), "what is nearest to a vector");
    }
  }
}
