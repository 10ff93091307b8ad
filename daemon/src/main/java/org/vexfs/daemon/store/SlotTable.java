package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.index.Vectors;

/// Which entry each slot of a collection belongs to; none where it died and was let go of.
///
/// One writer appends, any thread reads without a lock. The writer fills the slots and then raises
/// the volatile [#limit]; whoever has read a limit may read every slot below it.
final class SlotTable implements Vectors {
  private static final int CHUNK_BITS = 12;

  /// Slots that are reserved at a time.
  static final int CHUNK_SLOTS = 1 << CHUNK_BITS;

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
    place(entry, limit);
  }

  /// Gives the entry the slots from `first` on, which are nobody's.
  void place(Entry entry, int first) {
    int end = first + entry.rows();
    reserve(end);
    entry.occupy(first);
    @Nullable Entry[][] table = chunks;
    for (int slot = first; slot < end; slot++) {
      table[slot >>> CHUNK_BITS][slot & CHUNK_MASK] = entry;
    }
    limit = Math.max(limit, end);
  }

  /// Whether these slots are nobody's.
  boolean isFree(int first, int count) {
    for (int slot = first; slot < Math.min(first + count, limit); slot++) {
      if (chunks[slot >>> CHUNK_BITS][slot & CHUNK_MASK] != null) {
        return false;
      }
    }
    return true;
  }

  /// Lets go of a dead entry, so that its memory can be used anew. No reader may be at it.
  void release(Entry entry) {
    int end = entry.firstSlot() + entry.rows();
    for (int slot = entry.firstSlot(); slot < end; slot++) {
      chunks[slot >>> CHUNK_BITS][slot & CHUNK_MASK] = null;
    }
  }

  /// Raises the limit: slots below it that are nobody's are dead.
  void raiseLimit(int slots) {
    reserve(slots);
    limit = Math.max(limit, slots);
  }

  /// Whether the row in `slot`, handed out, is still its file's.
  boolean isLive(int slot) {
    Entry entry = chunks[slot >>> CHUNK_BITS][slot & CHUNK_MASK];
    return entry != null && entry.isLive();
  }

  /// Those who died and still have their slots.
  List<Entry> dead() {
    List<Entry> dead = new ArrayList<>();
    for (int slot = 0; slot < limit; ) {
      Entry entry = chunks[slot >>> CHUNK_BITS][slot & CHUNK_MASK];
      if (entry != null && !entry.isLive()) {
        dead.add(entry);
      }
      slot += entry == null ? 1 : entry.rows();
    }
    return dead;
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

  /// The entry that `slot` belongs to, or belonged to and was not let go of.
  Entry entry(int slot) {
    Entry entry = chunks[slot >>> CHUNK_BITS][slot & CHUNK_MASK];
    if (entry == null) {
      throw new IndexOutOfBoundsException("slot " + slot + " is nobody's");
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
