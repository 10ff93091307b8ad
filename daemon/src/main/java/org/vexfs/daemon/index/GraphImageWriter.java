package org.vexfs.daemon.index;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Writes a graph down: its links, and of each vector what tells it from another. FORMAT.md, "The
/// image of a graph".
///
/// Links are sorted, and written as the distance of each from the one before, so that most take two
/// or three bytes. Nodes lie in runs, which can be read side by side. The graph must not change
/// meanwhile.
final class GraphImageWriter {
  /// Nodes of a run.
  static final int RUN_NODES = 4096;

  /// What an image begins with.
  static final int HEAD_BYTES = 32 + HnswGraph.MAX_LAYERS * Integer.BYTES;

  /// Grows with every change of the image, or of what a vector's print is taken of.
  static final int VERSION = 1;

  private static final int MAX_VARINT_BYTES = 5;
  private static final int FIRST_RUN_BYTES = 1 << 16;

  /// Bytes of the head of a run: its nodes, and its bytes after this.
  static final int RUN_HEAD_BYTES = 8;

  private final Topology topology;
  private final SpanningTree tree;
  private final TraversalSpace space;
  private final HnswParameters parameters;
  private final GraphSink sink;

  /// The run that is being put together.
  private ByteBuffer run = newBuffer(FIRST_RUN_BYTES);

  private int runNodes;
  private int before;

  GraphImageWriter(
      Topology topology,
      SpanningTree tree,
      TraversalSpace space,
      HnswParameters parameters,
      GraphSink sink) {
    this.topology = topology;
    this.tree = tree;
    this.space = space;
    this.parameters = parameters;
    this.sink = sink;
    startRun();
  }

  private static ByteBuffer newBuffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  void write() throws IOException {
    writeHead();
    for (int index = 0; index < HnswGraph.MAX_LAYERS; index++) {
      Layer layer = topology.layer(index);
      for (int slot = 0; slot < layer.slots(); slot++) {
        if (layer.contains(slot)) {
          writeNode(index, slot, layer.links(slot).clone());
        }
      }
      endRun();
    }
  }

  private void writeHead() throws IOException {
    ByteBuffer head = newBuffer(HEAD_BYTES);
    head.putInt(VERSION).putInt(parameters.m()).putInt(parameters.efConstruction());
    head.putInt(kind(parameters)).putInt(topology.base().slots());
    head.putInt(Topology.entryNode(topology.entry()));
    head.putInt(Topology.entryLayer(topology.entry())).putInt(0);
    for (int index = 0; index < HnswGraph.MAX_LAYERS; index++) {
      head.putInt(topology.layer(index).size());
    }
    sink.write(MemorySegment.ofBuffer(head.flip()));
  }

  /// By what the graph is walked, as a number.
  static int kind(HnswParameters parameters) {
    return switch (parameters.traversal()) {
      case VECTORS -> 0;
      case CODES -> 1;
    };
  }

  private void writeNode(int index, int slot, int[] links) throws IOException {
    if (runNodes == RUN_NODES) {
      endRun();
    }
    reserve((links.length + 3) * MAX_VARINT_BYTES + Integer.BYTES);
    Arrays.sort(links);
    putVarint(slot - before);
    before = slot;
    putVarint(links.length);
    int last = 0;
    for (int link : links) {
      putVarint(link - last);
      last = link;
    }
    if (index == 0) {
      // 0 for the root; otherwise which of the sorted links leads to the parent.
      int parent = tree.parent(slot);
      putVarint(parent == SpanningTree.NONE ? 0 : 1 + Arrays.binarySearch(links, parent));
      run.putInt(space.print(slot));
    }
    runNodes++;
  }

  private void putVarint(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      run.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    run.put((byte) rest);
  }

  private void reserve(int bytes) {
    if (run.remaining() < bytes) {
      ByteBuffer larger = newBuffer(Math.max(run.capacity() * 2, run.position() + bytes));
      larger.put(run.flip());
      run = larger;
    }
  }

  private void startRun() {
    run.clear().position(RUN_HEAD_BYTES);
    runNodes = 0;
    before = 0;
  }

  private void endRun() throws IOException {
    if (runNodes > 0) {
      run.putInt(0, runNodes).putInt(Integer.BYTES, run.position() - RUN_HEAD_BYTES);
      sink.write(MemorySegment.ofBuffer(run.flip()));
    }
    startRun();
  }
}
