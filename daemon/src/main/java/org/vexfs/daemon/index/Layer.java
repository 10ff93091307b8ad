package org.vexfs.daemon.index;

import java.util.concurrent.atomic.AtomicInteger;

/// One layer of the graph: which slots are on it and the links of each.
///
/// A node's *outgoing* links are what searches follow; how they are kept and published to readers,
/// who need no lock, is told by [BaseLayer] and [UpperLayer]. In both, whoever sees a link sees all
/// that was done before that link was made. A node's *incoming* links, the nodes that link to it,
/// serve removal alone.
///
/// Whoever changes the links of a node holds its [#lock], or keeps all other writers out.
abstract sealed class Layer implements LayerView permits BaseLayer, UpperLayer {
  private final NodeLocks locks = new NodeLocks();
  private final IncomingLinks incoming = new IncomingLinks();
  private final AtomicInteger size = new AtomicInteger();

  /// The outgoing links of `slot`, not to be written to; none where it is not on the layer.
  abstract int[] links(int slot);

  /// Publishes the outgoing links of a slot, present or not. The array is handed over.
  protected abstract void publish(int slot, int[] links);

  /// Publishes one more link of a slot that has room for it; `before` are the others.
  protected abstract void publishOneMore(int slot, int[] before, int link);

  /// Publishes that a slot is not on the layer any more.
  protected abstract void withdraw(int slot);

  /// Nodes on the layer.
  final int size() {
    return size.get();
  }

  /// Guards the links of `slot`. No thread holds two such locks.
  final Object lock(int slot) {
    return locks.of(slot);
  }

  /// The nodes that link to `slot`, as a copy.
  final int[] incoming(int slot) {
    return incoming.of(slot);
  }

  /// The first node of the layer other than `node`; there is one.
  final int anyNodeBut(int node) {
    for (int slot = 0; slot < slots(); slot++) {
      if (slot != node && contains(slot)) {
        return slot;
      }
    }
    throw new IllegalStateException("the layer has no node but " + node);
  }

  /// Puts `slot` on the layer, with these links; the array is handed over.
  final void add(int slot, int[] links) {
    for (int to : links) {
      incoming.add(to, slot);
    }
    size.incrementAndGet();
    publish(slot, links);
  }

  /// Puts `slot` on the layer, with these links, while nobody removes nodes; the array is handed
  /// over. [#knowIncoming] makes up for what this leaves out.
  final void restore(int slot, int[] links) {
    size.incrementAndGet();
    publish(slot, links);
  }

  /// Finds out who links to whom, on a layer that nobody changes meanwhile.
  final void knowIncoming() {
    incoming.learn(this);
  }

  /// Adds a link to those of a node, which are `before`, do not have it, and leave room for it.
  final void addLink(int slot, int[] before, int link) {
    incoming.add(link, slot);
    publishOneMore(slot, before, link);
  }

  /// Replaces the links of a node. The array is handed over.
  final void setLinks(int slot, int[] links) {
    int[] before = links(slot);
    for (int to : links) {
      if (!contains(before, to)) {
        incoming.add(to, slot);
      }
    }
    for (int to : before) {
      if (!contains(links, to)) {
        incoming.drop(to, slot);
      }
    }
    publish(slot, links);
  }

  /// Takes `slot`, to which nothing may link any more, off the layer.
  final void remove(int slot) {
    for (int to : links(slot)) {
      incoming.drop(to, slot);
    }
    incoming.clear(slot);
    size.decrementAndGet();
    withdraw(slot);
  }

  static boolean contains(int[] links, int slot) {
    for (int link : links) {
      if (link == slot) {
        return true;
      }
    }
    return false;
  }
}
