package org.vexfs.daemon.index;

/// What a search reads of a graph: where it enters, and the layers below.
sealed interface LayerViews permits GraphImage, Topology {
  /// The entry node and its layer, for [Topology#entryNode] and [Topology#entryLayer]; negative
  /// where the graph is empty.
  long entry();

  /// The layer of this number.
  LayerView layer(int index);

  /// Layer 0, which every node is on.
  LayerView base();
}
