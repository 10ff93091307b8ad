package org.vexfs.daemon.index;

/// The layers of a graph and where searches enter it: what readers and the writer share.
final class Topology implements LayerViews {
  private static final long EMPTY = -1;

  private final Layer[] layers = new Layer[HnswGraph.MAX_LAYERS];

  /// The entry node and its layer in one word, so that they are always seen together; written after
  /// the node's links, hence whoever sees it sees them.
  private volatile long entry = EMPTY;

  /// Whether the layers know their incoming links.
  private volatile boolean knowsIncoming = true;

  Topology(NodeBlocks blocks) {
    layers[0] = new BaseLayer(blocks);
    for (int i = 1; i < layers.length; i++) {
      layers[i] = new UpperLayer();
    }
  }

  /// The layers were filled without their incoming links, which only changes need.
  void restored() {
    knowsIncoming = false;
  }

  /// Whether the layers can be changed as they are.
  boolean knowsIncoming() {
    return knowsIncoming;
  }

  /// Has the layers learn their incoming links, unless they know them; nobody changes them
  /// meanwhile.
  void learnIncoming() {
    if (!knowsIncoming) {
      for (Layer layer : layers) {
        layer.knowIncoming();
      }
      knowsIncoming = true;
    }
  }

  @Override
  public Layer layer(int index) {
    return layers[index];
  }

  /// Layer 0, which every node is on.
  @Override
  public Layer base() {
    return layers[0];
  }

  /// The entry node and its layer, for [#entryNode] and [#entryLayer]; negative where the graph is
  /// empty.
  @Override
  public long entry() {
    return entry;
  }

  /// A node and its layer in one word.
  static long entry(int node, int layer) {
    return ((long) layer << 32) | node;
  }

  static int entryNode(long entry) {
    return (int) entry;
  }

  static int entryLayer(long entry) {
    return (int) (entry >> 32);
  }

  void setEntry(int node, int layer) {
    entry = entry(node, layer);
  }

  void clearEntry() {
    entry = EMPTY;
  }
}
