package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.zip.CRC32C;
import org.vexfs.daemon.distance.VectorCode;

/// Distances between the codes that lie in [NodeBlocks].
final class CodeSpace implements TraversalSpace {
  private final Space vectors;
  private final NodeBlocks blocks;
  private final VectorCode code;
  private final int fetchedAtOnce;

  CodeSpace(Space vectors, NodeBlocks blocks, VectorCode code) {
    this.vectors = vectors;
    this.blocks = blocks;
    this.code = code;
    this.fetchedAtOnce = Space.fetchedAtOnce(code.bytes());
  }

  @Override
  public boolean isExact() {
    return false;
  }

  @Override
  public void prepare(int slot) {
    blocks.reserve(slot);
    code.encode(
        vectors.segment(slot), vectors.offset(slot), NodeBlocks.MEMORY, blocks.address(slot));
  }

  @Override
  public int print(int slot) {
    CRC32C crc = new CRC32C();
    MemorySegment memory = NodeBlocks.MEMORY.asSlice(blocks.address(slot), code.bytes());
    // In this order, whichever they have in memory.
    crc.update(memory.asSlice(code.termsOffset()).asByteBuffer());
    crc.update(memory.asSlice(0, code.termsOffset()).asByteBuffer());
    return (int) crc.getValue();
  }

  @Override
  public void aim(MemorySegment query, long offset, Target target) {
    code.aim(query, offset, target.make(code.targetBytes()), 0);
  }

  @Override
  public void aim(int slot, Target target) {
    MemorySegment memory = target.make(code.targetBytes());
    code.aimAtCode(NodeBlocks.MEMORY, blocks.address(slot), memory, 0);
  }

  @Override
  public float distance(Target target, int slot) {
    try {
      long[] addresses = target.addresses(fetchedAtOnce);
      addresses[0] = blocks.address(slot);
      int[] products = target.products(fetchedAtOnce);
      code.distances(target.address(), addresses, 1, products, target.single, 0);
      return target.single[0];
    } finally {
      Reference.reachabilityFence(target);
    }
  }

  @Override
  public void distances(Target target, int[] slots, int count, float[] into) {
    try {
      long[] addresses = target.addresses(fetchedAtOnce);
      int[] products = target.products(fetchedAtOnce);
      for (int from = 0; from < count; from += fetchedAtOnce) {
        int some = Math.min(fetchedAtOnce, count - from);
        for (int i = 0; i < some; i++) {
          addresses[i] = blocks.address(slots[from + i]);
        }
        target.fetched += fetch(addresses, some);
        code.distances(target.address(), addresses, some, products, into, from);
      }
    } finally {
      Reference.reachabilityFence(target);
    }
  }

  /// Reads a byte of each line of each code; returns something that depends on all of them.
  private int fetch(long[] addresses, int count) {
    int bytes = code.bytes();
    int read = 0;
    for (int i = 0; i < count; i++) {
      for (int at = 0; at < bytes; at += NodeBlocks.CACHE_LINE) {
        read += NodeBlocks.MEMORY.get(ValueLayout.JAVA_BYTE, addresses[i] + at);
      }
    }
    return read;
  }
}
