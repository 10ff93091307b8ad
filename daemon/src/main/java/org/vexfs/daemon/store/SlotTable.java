package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.index.Vectors;

/// Which entry each slot of a collection belongs to.
///
/// One writer appends, any thread reads without a lock. The writer fills the slots and then raises
/// the volatile [#limit]; whoever has read a limit may read every slot below it.
final class SlotTable implements Vectors {
  private static final int CHUNK_BITS = 12;
  private static final int CHUNK_SLOTS = 1 << CHUNK_BITS;
  private static final int CHUNK_MASK = CHUNK_SLOTS - 1;

  private volatile int dimension;
  private volatile @Nullable Entry[][] chunks = new @Nullable Entry[0][];
  private volatile int limit;

  @Override
  public int dimension() {
    return dimension;
  }

  void fixDimension(int dimension) {
    this.dimension = dimension;
  }

  /// All slots below were handed out.
  int limit() {
    return limit;
  }

  /// Whether as many slots are left.
  boolean hasRoomFor(int slots) {
    return slots <= Integer.MAX_VALUE - CHUNK_SLOTS - limit;
  }

  /// Gives the entry the next slots, one a row.
  void append(Entry entry) {
    int first = limit;
    int end = first + entry.rows();
    reserve(end);
    entry.occupy(first);
    @Nullable Entry[][] table = chunks;
    for (int slot = first; slot < end; slot++) {
      table[slot >>> CHUNK_BITS][slot & CHUNK_MASK] = entry;
    }
    limit = end;
  }

  private void reserve(int slots) {
    int needed = (slots + CHUNK_MASK) >>> CHUNK_BITS;
    int present = chunks.length;
    if (needed > present) {
      @Nullable Entry[][] more = Arrays.copyOf(chunks, needed);
      for (int chunk = present; chunk < needed; chunk++) {
        more[chunk] = new @Nullable Entry[CHUNK_SLOTS];
      }
      chunks = more;
    }
  }

  /// The entry that `slot`, handed out, belongs or belonged to.
  Entry entry(int slot) {
    Entry entry = chunks[slot >>> CHUNK_BITS][slot & CHUNK_MASK];
    if (entry == null) {
      throw new IndexOutOfBoundsException("slot " + slot + " was not handed out");
    }
    return entry;
  }

  @Override
  public MemorySegment segment(int slot) {
    return entry(slot).region();
  }

  @Override
  public long offset(int slot) {
    return entry(slot).offset(slot);
  }
}
