package org.vexfs.daemon.index;

import java.util.ArrayList;
import java.util.List;

/// Makes a graph of its image, without computing a distance: links are read, codes are made anew
/// from the vectors.
///
/// Nodes whose slot has another vector by now, or none, are left out, and so are the links to them.
/// What that tears off the spanning tree is hung below what is left of it. Whatever the image says,
/// a search is right: it ranks by the vectors themselves, and what is not in the graph is not its
/// business. So an image is believed if it could be one: whether bytes are those that were written
/// is for the caller to know.
final class GraphImageReader {
  /// Where more than one node of so many is missing, building anew makes a better graph.
  private static final int NODES_A_MISSING = 4;

  private static final byte KEPT = 1;

  private final GraphImage image;
  private final Topology topology;
  private final SpanningTree tree;
  private final GraphWork work;

  /// Marks of the slots that are in the graph.
  private final byte[] kept;

  GraphImageReader(GraphImage image, Topology topology, SpanningTree tree, GraphWork work) {
    this.image = image;
    this.kept = new byte[image.slots()];
    this.topology = topology;
    this.tree = tree;
    this.work = work;
  }

  /// Fills the graph, which is empty, with those nodes whose slots `accept` lets through and whose
  /// vectors are the same in `space`. After a fault it must not be used.
  void read(SlotPredicate accept, TraversalSpace space, Links links) throws GraphImageFault {
    try {
      each(0, run -> prepare(run, accept, space));
      int missing = image.nodes(0) - count(kept);
      if ((long) missing * NODES_A_MISSING > image.nodes(0)) {
        throw new GraphImageFault(missing + " of " + image.nodes(0) + " vectors are others now");
      }
      for (int index = 0; index < HnswGraph.MAX_LAYERS; index++) {
        int layer = index;
        each(layer, run -> link(run, layer));
      }
      topology.restored();
      setEntry();
      hangOrphans(links);
    } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
      throw new GraphImageFault("it is no image of a graph: " + e.getMessage(), e);
    }
  }

  /// Fills the graph, which is empty, with the links as they are written, but for those that lead
  /// nowhere; looks at no vector. Gives what is wrong with those.
  List<String> readLinks() throws GraphImageFault {
    List<String> faults = new ArrayList<>();
    try {
      for (int index = 0; index < HnswGraph.MAX_LAYERS; index++) {
        Layer layer = topology.layer(index);
        ImageLayer written = image.layer(index);
        byte[] here = new byte[image.slots()];
        for (int run = 0; run < written.runs(); run++) {
          mark(written.run(run), here);
        }
        for (int run = 0; run < written.runs(); run++) {
          linkAsWritten(written.run(run), index, here, faults);
        }
        layer.knowIncoming();
      }
      if (image.entry() >= 0) {
        topology.setEntry(image.entryNode(), image.entryLayer());
      }
      return faults;
    } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
      throw new GraphImageFault("it is no image of a graph: " + e.getMessage(), e);
    }
  }

  private static void mark(RunReader run, byte[] here) {
    while (run.next()) {
      here[run.slot()] = KEPT;
    }
  }

  private void linkAsWritten(RunReader run, int index, byte[] here, List<String> faults) {
    Layer layer = topology.layer(index);
    while (run.next()) {
      int slot = run.slot();
      String node = "layer " + index + " slot " + slot;
      if (layer.contains(slot)) {
        faults.add(node + " is there twice");
        continue;
      }
      int[] links = run.links(here);
      if (links.length != run.linkCount()) {
        faults.add(node + " is linked to what is not on the layer");
      }
      layer.restore(slot, links);
      if (index == 0) {
        int parent = run.parent();
        boolean dangles = parent != SpanningTree.NONE && here[parent] == 0;
        if (dangles) {
          faults.add(node + " has a parent that is not in the graph");
        }
        tree.setParent(slot, dangles ? SpanningTree.NONE : parent);
      }
    }
  }

  @FunctionalInterface
  private interface RunAction {
    void on(RunReader run);
  }

  private void each(int index, RunAction action) {
    ImageLayer layer = image.layer(index);
    work.forEach(0, layer.runs(), i -> action.on(layer.run(i)));
  }

  /// Makes codes, and marks the nodes whose vectors are what they were.
  private void prepare(RunReader run, SlotPredicate accept, TraversalSpace space) {
    while (run.next()) {
      int slot = run.slot();
      if (accept.test(slot)) {
        space.prepare(slot);
        kept[slot] = space.print(slot) == run.print() ? KEPT : 0;
      }
    }
  }

  private void link(RunReader run, int index) {
    Layer layer = topology.layer(index);
    while (run.next()) {
      int slot = run.slot();
      if (kept[slot] == 0) {
        continue;
      }
      if (layer.contains(slot) || (index > 0 && !topology.layer(index - 1).contains(slot))) {
        throw new IllegalArgumentException("slot " + slot + " is out of place");
      }
      layer.restore(slot, run.links(kept));
      if (index == 0) {
        int parent = run.parent();
        boolean stays = parent != SpanningTree.NONE && kept[parent] != 0;
        tree.setParent(slot, stays ? parent : SpanningTree.NONE);
      }
    }
  }

  private static int count(byte[] marks) {
    int count = 0;
    for (byte mark : marks) {
      count += mark;
    }
    return count;
  }

  private void setEntry() {
    int top = HnswGraph.MAX_LAYERS - 1;
    while (top >= 0 && topology.layer(top).size() == 0) {
      top--;
    }
    if (top < 0) {
      return;
    }
    int node = image.entryNode();
    boolean stays = image.entryLayer() == top && node >= 0 && topology.layer(top).contains(node);
    topology.setEntry(stays ? node : topology.layer(top).anyNodeBut(-1), top);
  }

  /// Makes one tree of the pieces that are left.
  private void hangOrphans(Links links) {
    int root = SpanningTree.NONE;
    for (int slot = 0; slot < kept.length; slot++) {
      if (kept[slot] != 0 && tree.parent(slot) == SpanningTree.NONE) {
        if (root == SpanningTree.NONE) {
          root = slot;
        } else {
          topology.learnIncoming();
          links.hang(tree.roomBelow(root), slot);
        }
      }
    }
  }
}
