package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// What [GraphImageWriter] wrote, as it lies in memory: its head, and the directory of its runs,
/// which are whole. The runs themselves are looked at when they are asked for; what turns out to be
/// damaged then is an [IllegalArgumentException].
final class GraphImage implements LayerViews {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long NO_ENTRY = -1;

  /// So many slots may be empty, all but a few.
  private static final int FEW_SLOTS = 1 << 20;

  /// Of more slots, one in so many at least has a node: a graph that has fewer is soon made anew.
  private static final int MAX_SLOTS_A_NODE = 64;

  private final MemorySegment bytes;
  private final ImageLayer[] layers = new ImageLayer[HnswGraph.MAX_LAYERS];

  /// Where the directory begins, and the runs end.
  private final long directory;

  /// The image of a graph with these parameters.
  ///
  /// @throws GraphImageFault where it is none
  GraphImage(MemorySegment bytes, HnswParameters parameters) throws GraphImageFault {
    this.bytes = bytes;
    if (bytes.byteSize() < GraphImageWriter.HEAD_BYTES + GraphImageWriter.FOOT_BYTES) {
      throw new GraphImageFault("it is too short");
    }
    boolean same =
        integer(0) == GraphImageWriter.VERSION
            && integer(4) == parameters.m()
            && integer(8) == parameters.efConstruction()
            && integer(12) == GraphImageWriter.kind(parameters);
    if (!same) {
      throw new GraphImageFault("it is of a graph with other parameters, or of another version");
    }
    // What a reader allocates is in proportion to the file, whatever its head says.
    boolean isPlausible =
        slots() >= 0
            && nodes(0) <= bytes.byteSize()
            && (slots() <= FEW_SLOTS || slots() <= (long) nodes(0) * MAX_SLOTS_A_NODE);
    if (!isPlausible) {
      throw new GraphImageFault("its head makes no sense, or nearly all of its slots are empty");
    }
    int runs = 0;
    for (int index = 0; index < layers.length; index++) {
      int here = nodes(index);
      if (here < 0 || here > (index == 0 ? slots() : nodes(index - 1))) {
        throw new GraphImageFault("layer " + index + " has " + here + " nodes");
      }
      layers[index] = new ImageLayer(this, index, here, runs, parameters.maxLinks(index));
      runs += layers[index].runs();
    }
    directory =
        bytes.byteSize() - GraphImageWriter.FOOT_BYTES - (long) runs * GraphImageWriter.ENTRY_BYTES;
    if (directory < GraphImageWriter.HEAD_BYTES || checksum() != integer(end())) {
      throw new GraphImageFault("its directory is damaged");
    }
  }

  private long end() {
    return bytes.byteSize() - GraphImageWriter.FOOT_BYTES;
  }

  private int checksum() {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asSlice(0, GraphImageWriter.HEAD_BYTES).asByteBuffer());
    crc.update(bytes.asSlice(directory, end() - directory).asByteBuffer());
    return (int) crc.getValue();
  }

  private int integer(long at) {
    return bytes.get(INT, at);
  }

  private long entry(int run) {
    return directory + (long) run * GraphImageWriter.ENTRY_BYTES;
  }

  /// What all slots are below.
  int slots() {
    return integer(16);
  }

  int entryNode() {
    return integer(20);
  }

  int entryLayer() {
    return integer(24);
  }

  /// How many nodes a layer has.
  int nodes(int layer) {
    return integer(GraphImageWriter.HEAD_BYTES - (HnswGraph.MAX_LAYERS - layer) * 4L);
  }

  /// The slot of the first node of a run, of all runs.
  int firstSlot(int run) {
    return integer(entry(run) + GraphImageWriter.ENTRY_SLOT);
  }

  /// What the checksum of a run must be.
  int runChecksum(int run) {
    return integer(entry(run) + GraphImageWriter.ENTRY_CHECKSUM);
  }

  /// The bytes of a run, whole or not.
  byte[] run(int run) {
    long start = bytes.get(LONG, entry(run));
    long next = entry(run + 1);
    long end = next < end() ? bytes.get(LONG, next) : directory;
    // Copied at once: byte by byte takes longer, much longer before it is compiled.
    return bytes.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public long entry() {
    boolean isThere =
        entryLayer() >= 0
            && entryLayer() < HnswGraph.MAX_LAYERS
            && entryNode() >= 0
            && layers[entryLayer()].contains(entryNode());
    return isThere ? Topology.entry(entryNode(), entryLayer()) : NO_ENTRY;
  }

  @Override
  public ImageLayer layer(int index) {
    return layers[index];
  }

  @Override
  public ImageLayer base() {
    return layers[0];
  }
}
