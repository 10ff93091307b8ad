package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// Distances between the vectors themselves.
final class VectorSpace implements TraversalSpace {
  private final Space vectors;
  private final NodeBlocks blocks;

  VectorSpace(Space vectors, NodeBlocks blocks) {
    this.vectors = vectors;
    this.blocks = blocks;
  }

  @Override
  public boolean isExact() {
    return true;
  }

  @Override
  public void prepare(int slot) {
    blocks.reserve(slot);
  }

  @Override
  public int print(int slot) {
    CRC32C crc = new CRC32C();
    crc.update(vectors.bytes(slot).asByteBuffer());
    return (int) crc.getValue();
  }

  @Override
  public void aim(MemorySegment query, long offset, Target target) {
    target.set(query, offset);
  }

  @Override
  public void aim(int slot, Target target) {
    target.set(vectors.segment(slot), vectors.offset(slot));
  }

  @Override
  public float distance(Target target, int slot) {
    return vectors.distance(target.memory(), target.offset(), slot);
  }

  @Override
  public void distances(Target target, int[] slots, int count, float[] into) {
    int atOnce = vectors.fetchedAtOnce();
    for (int from = 0; from < count; from += atOnce) {
      int to = Math.min(count, from + atOnce);
      target.fetched += vectors.fetch(slots, from, to);
      for (int i = from; i < to; i++) {
        into[i] = vectors.distance(target.memory(), target.offset(), slots[i]);
      }
    }
  }
}
