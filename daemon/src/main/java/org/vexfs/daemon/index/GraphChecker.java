package org.vexfs.daemon.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Checks everything that must hold of a graph while no one changes it.
final class GraphChecker {
  private final Topology topology;
  private final SpanningTree tree;
  private final HnswParameters parameters;
  private final List<String> faults = new ArrayList<>();

  GraphChecker(Topology topology, SpanningTree tree, HnswParameters parameters) {
    this.topology = topology;
    this.tree = tree;
    this.parameters = parameters;
  }

  GraphReport check() {
    int layers = 0;
    long links = 0;
    int[] nodes = new int[HnswGraph.MAX_LAYERS];
    for (int index = 0; index < HnswGraph.MAX_LAYERS; index++) {
      Layer layer = topology.layer(index);
      for (int slot = 0; slot < layer.slots(); slot++) {
        if (layer.contains(slot)) {
          nodes[index]++;
          links += index == 0 ? layer.links(slot).length : 0;
          checkLinks(index, slot);
          checkIncoming(index, slot);
        }
      }
      if (nodes[index] != layer.size()) {
        fault("layer " + index + " counts " + layer.size() + " nodes and has " + nodes[index]);
      }
      layers += nodes[index] > 0 ? 1 : 0;
    }
    checkEntry(layers);
    int roots = countRoots();
    if (nodes[0] > 0 && roots != 1) {
      fault("the spanning tree has " + roots + " roots");
    }
    int unreachable = nodes[0] - countReachable();
    if (unreachable > 0) {
      fault(unreachable + " nodes cannot be reached from the entry");
    }
    return new GraphReport(nodes[0], layers, links, unreachable, faults);
  }

  private void fault(String fault) {
    if (faults.size() < GraphReport.MAX_FAULTS) {
      faults.add(fault);
    }
  }

  private void checkLinks(int index, int slot) {
    Layer layer = topology.layer(index);
    int[] links = layer.links(slot);
    String node = "layer " + index + " slot " + slot;
    if (links.length > parameters.maxLinks(index)) {
      fault(node + " has " + links.length + " links");
    }
    if (index > 0 && !topology.layer(index - 1).contains(slot)) {
      fault(node + " is not on the layer below");
    }
    int[] sorted = links.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] == slot) {
        fault(node + " is linked to itself");
      }
      if (i > 0 && sorted[i] == sorted[i - 1]) {
        fault(node + " is linked twice to " + sorted[i]);
      }
      if (!layer.contains(sorted[i])) {
        fault(node + " is linked to " + sorted[i] + ", which is not on the layer");
      } else if (!Layer.contains(layer.incoming(sorted[i]), slot)) {
        fault(node + " is linked to " + sorted[i] + ", which does not know");
      }
    }
  }

  private void checkIncoming(int index, int slot) {
    Layer layer = topology.layer(index);
    for (int from : layer.incoming(slot)) {
      if (!Layer.contains(layer.links(from), slot)) {
        fault(
            "layer " + index + " slot " + slot + " knows a link from " + from + ": there is none");
      }
    }
  }

  private void checkEntry(int layers) {
    long entry = topology.entry();
    if (entry < 0) {
      if (layers > 0) {
        fault("there are nodes and no entry");
      }
      return;
    }
    int node = Topology.entryNode(entry);
    int index = Topology.entryLayer(entry);
    if (!topology.layer(index).contains(node)) {
      fault("the entry " + node + " is not on its layer " + index);
    }
    if (index != layers - 1) {
      fault("the entry is on layer " + index + " of " + layers + " layers");
    }
  }

  private int countRoots() {
    Layer base = topology.base();
    int roots = 0;
    for (int slot = 0; slot < base.slots(); slot++) {
      int parent = tree.parent(slot);
      if (!base.contains(slot)) {
        if (parent != SpanningTree.NONE) {
          fault("slot " + slot + " is in the spanning tree and not in the graph");
        }
      } else if (parent == SpanningTree.NONE) {
        roots++;
      } else if (!Layer.contains(base.links(slot), parent)
          || !Layer.contains(base.links(parent), slot)) {
        fault("slot " + slot + " and its parent " + parent + " are not linked");
      }
    }
    return roots;
  }

  private int countReachable() {
    long entry = topology.entry();
    if (entry < 0) {
      return 0;
    }
    Layer base = topology.base();
    BitSet seen = new BitSet(base.slots());
    int[] queue = new int[base.slots()];
    int tail = 0;
    queue[tail++] = Topology.entryNode(entry);
    seen.set(Topology.entryNode(entry));
    for (int head = 0; head < tail; head++) {
      for (int link : base.links(queue[head])) {
        if (base.contains(link) && !seen.get(link)) {
          seen.set(link);
          queue[tail++] = link;
        }
      }
    }
    return tail;
  }
}
