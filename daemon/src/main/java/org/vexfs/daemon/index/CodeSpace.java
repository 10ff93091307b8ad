package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;
import org.vexfs.daemon.distance.VectorCode;

/// Distances between the codes that lie in [NodeBlocks].
final class CodeSpace implements TraversalSpace {
  /// What is fetched at once stays in the smallest cache until it is used.
  private static final int FETCHED_BYTES = 1 << 15;

  private final Space vectors;
  private final NodeBlocks blocks;
  private final VectorCode code;
  private final int fetchedAtOnce;

  CodeSpace(Space vectors, NodeBlocks blocks, VectorCode code) {
    this.vectors = vectors;
    this.blocks = blocks;
    this.code = code;
    this.fetchedAtOnce = Math.max(1, FETCHED_BYTES / code.bytes());
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
    crc.update(NodeBlocks.MEMORY.asSlice(blocks.address(slot), code.bytes()).asByteBuffer());
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
    return code.distance(target.memory(), target.offset(), NodeBlocks.MEMORY, blocks.address(slot));
  }

  @Override
  public int fetchedAtOnce() {
    return fetchedAtOnce;
  }

  /// Reads a byte of each line of each code. As none of these reads waits for another, their
  /// latencies overlap. Left to the distances, which have work between their reads, they would add
  /// up: the processor looks ahead about as far as one distance goes, and does not guess the lines
  /// that follow. Java has no instruction to prefetch.
  @Override
  public int fetch(int[] slots, int from, int to) {
    int read = 0;
    for (int i = from; i < to; i++) {
      long address = blocks.address(slots[i]);
      for (int at = 0; at < code.bytes(); at += NodeBlocks.CACHE_LINE) {
        read += NodeBlocks.MEMORY.get(ValueLayout.JAVA_BYTE, address + at);
      }
    }
    return read;
  }
}
