package org.vexfs.daemon.index;

import java.util.Arrays;

/// Reads the nodes of one run of an image, one after another.
///
/// What is not what a writer writes is an [IllegalArgumentException], or the array's own
/// [IndexOutOfBoundsException] where a run ends too early.
final class RunReader {
  private static final int MAX_SHIFT = 28;

  private final byte[] run;
  private final int layer;
  private final int slots;
  private final int[] buffer;

  private int position;
  private int left;
  private int slot;
  private int count;
  private int parent;
  private int print;

  /// At the start of a run of a layer on which slots are below `slots` and have up to `maxLinks`
  /// links.
  RunReader(byte[] run, int nodes, int layer, int slots, int maxLinks) {
    this.run = run;
    this.left = nodes;
    this.layer = layer;
    this.slots = slots;
    this.buffer = new int[maxLinks];
  }

  /// Goes on to the next node, if there is one.
  boolean next() {
    if (left == 0) {
      if (position != run.length) {
        throw new IllegalArgumentException("a run of nodes has more bytes than nodes");
      }
      return false;
    }
    left--;
    slot = checked(slot + varint());
    count = varint();
    if (count < 0 || count > buffer.length) {
      throw new IllegalArgumentException("slot " + slot + " has " + count + " links");
    }
    int link = 0;
    for (int i = 0; i < count; i++) {
      int gap = varint();
      if (i > 0 && gap == 0) {
        throw new IllegalArgumentException("slot " + slot + " is linked twice to " + link);
      }
      link = checked(link + gap);
      if (link == slot) {
        throw new IllegalArgumentException("slot " + slot + " is linked to itself");
      }
      buffer[i] = link;
    }
    if (layer == 0) {
      readTail();
    }
    return true;
  }

  private void readTail() {
    int rank = varint();
    if (rank < 0 || rank > count) {
      throw new IllegalArgumentException("slot " + slot + " has no such parent");
    }
    parent = rank == 0 ? SpanningTree.NONE : buffer[rank - 1];
    print = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      print |= (run[position++] & 0xFF) << shift;
    }
  }

  private int checked(int read) {
    if (read < 0 || read >= slots) {
      throw new IllegalArgumentException("slot " + read + " of " + slots);
    }
    return read;
  }

  private int varint() {
    int value = 0;
    for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
      byte next = run[position++];
      value |= (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number is too long");
  }

  int slot() {
    return slot;
  }

  /// Copies the node's links; returns how many they are.
  int copyLinks(int[] into) {
    System.arraycopy(buffer, 0, into, 0, count);
    return count;
  }

  /// How many links the node has.
  int linkCount() {
    return count;
  }

  /// The parent of the node in the spanning tree; on layer 0 only.
  int parent() {
    return parent;
  }

  /// What the node's vector was told by; on layer 0 only.
  int print() {
    return print;
  }

  /// The links that lead to slots that are marked in `kept`.
  int[] links(byte[] kept) {
    int[] links = new int[count];
    int more = 0;
    for (int i = 0; i < count; i++) {
      if (kept[buffer[i]] != 0) {
        links[more] = buffer[i];
        more++;
      }
    }
    return more == count ? links : Arrays.copyOf(links, more);
  }
}
