package org.vexfs.daemon.index;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// Writes a graph down: its links, and of each vector what tells it from another. FORMAT.md, "The
/// image of a graph".
///
/// Links are sorted, and written as the distance of each from the one before, so that most take two
/// or three bytes. Nodes lie in short runs, which can be read side by side, or one by itself. The
/// graph must not change meanwhile.
final class GraphImageWriter {
  /// Nodes of a run: to come to any of them, those before it are read.
  static final int RUN_NODES = 16;

  /// What an image begins with.
  static final int HEAD_BYTES = 32 + HnswGraph.MAX_LAYERS * Integer.BYTES;

  /// Of each run in the directory: where it begins, the slot of its first node, its checksum.
  static final int ENTRY_BYTES = 16;

  static final int ENTRY_SLOT = 8;
  static final int ENTRY_CHECKSUM = 12;

  /// After the directory: the checksum of the head and the directory.
  static final int FOOT_BYTES = 4;

  /// Grows with every change of the image, or of what a vector's print is taken of.
  static final int VERSION = 2;

  private static final int MAX_VARINT_BYTES = 5;
  private static final int FIRST_RUN_BYTES = 1 << 16;

  private final Topology topology;
  private final SpanningTree tree;
  private final TraversalSpace space;
  private final HnswParameters parameters;
  private final GraphSink sink;

  /// The run that is being put together.
  private ByteBuffer run = newBuffer(FIRST_RUN_BYTES);

  private int runNodes;
  private int firstSlot;
  private int before;

  private ByteBuffer directory = newBuffer(FIRST_RUN_BYTES);
  private final CRC32C checksum = new CRC32C();
  private long written;

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
    checksum.update(directory.flip().duplicate());
    directory = withRoomFor(directory.position(directory.limit()).limit(directory.capacity()), 4);
    directory.putInt((int) checksum.getValue());
    sink.write(MemorySegment.ofBuffer(directory.flip()));
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
    checksum.update(head.flip().duplicate());
    write(head);
  }

  private void write(ByteBuffer piece) throws IOException {
    written += piece.remaining();
    sink.write(MemorySegment.ofBuffer(piece));
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
    run = withRoomFor(run, (links.length + 3) * MAX_VARINT_BYTES + Integer.BYTES);
    Arrays.sort(links);
    if (runNodes == 0) {
      firstSlot = slot;
      before = 0;
    }
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

  private static ByteBuffer withRoomFor(ByteBuffer buffer, int bytes) {
    if (buffer.remaining() >= bytes) {
      return buffer;
    }
    return newBuffer(Math.max(buffer.capacity() * 2, buffer.position() + bytes)).put(buffer.flip());
  }

  private void endRun() throws IOException {
    if (runNodes > 0) {
      CRC32C ofRun = new CRC32C();
      ofRun.update(run.flip().duplicate());
      directory = withRoomFor(directory, ENTRY_BYTES);
      directory.putLong(written).putInt(firstSlot).putInt((int) ofRun.getValue());
      write(run);
      run.clear();
      runNodes = 0;
    }
  }
}
