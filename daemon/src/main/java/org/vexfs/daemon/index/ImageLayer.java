package org.vexfs.daemon.index;

import java.util.BitSet;
import java.util.zip.CRC32C;

/// One layer of an image: runs of nodes, by slot, each of which is read from its start, and only
/// where it is what was written.
final class ImageLayer implements LayerView {
  private static final int RUN_NODES = GraphImageWriter.RUN_NODES;

  private final GraphImage image;
  private final int index;
  private final int nodes;
  private final int maxLinks;

  /// Where the runs of this layer begin among all.
  private final int firstRun;

  /// @param nodes how many it has
  ImageLayer(GraphImage image, int index, int nodes, int firstRun, int maxLinks) {
    this.image = image;
    this.index = index;
    this.nodes = nodes;
    this.firstRun = firstRun;
    this.maxLinks = maxLinks;
  }

  /// How many runs there are.
  int runs() {
    return Math.ceilDiv(nodes, RUN_NODES);
  }

  /// A reader at the start of a run.
  RunReader run(int run) {
    byte[] bytes = image.run(firstRun + run);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    if ((int) crc.getValue() != image.runChecksum(firstRun + run)) {
      throw new IllegalArgumentException("run " + run + " of layer " + index + " is damaged");
    }
    int here = Math.min(RUN_NODES, nodes - run * RUN_NODES);
    return new RunReader(bytes, here, index, image.slots(), maxLinks);
  }

  private int firstSlot(int run) {
    return image.firstSlot(firstRun + run);
  }

  /// A reader at the node of `slot`, where the layer has it; else at another.
  private RunReader at(int slot) {
    // Each run but the last is full; so a slot is in the run that it would be in were there no
    // gaps, or in one before.
    int low = 0;
    int high = Math.min(runs() - 1, slot / RUN_NODES);
    int middle = high;
    while (low < high) {
      if (firstSlot(middle) <= slot) {
        low = middle;
      } else {
        high = middle - 1;
      }
      middle = (low + high + 1) >>> 1;
    }
    RunReader node = run(low);
    boolean more = node.next();
    while (more && node.slot() < slot) {
      more = node.next();
    }
    return node;
  }

  @Override
  public int read(int slot, int[] into) {
    if (nodes == 0) {
      return ABSENT;
    }
    RunReader node = at(slot);
    return node.slot() == slot ? node.copyLinks(into) : ABSENT;
  }

  @Override
  public boolean contains(int slot) {
    return nodes > 0 && at(slot).slot() == slot;
  }

  @Override
  public int slots() {
    return image.slots();
  }

  /// The slots that are on the layer.
  BitSet present() {
    BitSet present = new BitSet(image.slots());
    if (nodes > 0) {
      addRuns(0, runs() - 1, present);
      addNodes(runs() - 1, present);
    }
    return present;
  }

  /// Adds the slots of the runs before `end`; those between the first of a run and the first of a
  /// later one are all there where they are as many as those runs have nodes.
  private void addRuns(int from, int end, BitSet present) {
    int first = firstSlot(from);
    int next = firstSlot(end);
    if (next - first == (end - from) * RUN_NODES) {
      present.set(first, next);
    } else if (end - from == 1) {
      addNodes(from, present);
    } else if (end > from) {
      int middle = (from + end) >>> 1;
      addRuns(from, middle, present);
      addRuns(middle, end, present);
    }
  }

  private void addNodes(int run, BitSet present) {
    RunReader node = run(run);
    while (node.next()) {
      present.set(node.slot());
    }
  }
}
