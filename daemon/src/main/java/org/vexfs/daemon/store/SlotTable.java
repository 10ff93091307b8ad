package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.index.Vectors;

/// Which entry each slot of a collection belongs to; none where it died and was let go of.
///
/// One writer changes it, any thread reads without a lock. An entry is stored with release once it
/// knows its slots, and loaded with acquire; the volatile [#limit] is raised after the slots below
/// it were filled. A slot is given to another only while nobody holds a [VectorStore.Pin], so
/// whoever holds one finds in a slot what was there when it came, dead or alive.
final class SlotTable implements Vectors {
  private static final int CHUNK_BITS = 12;

  /// Slots that are reserved at a time.
  static final int CHUNK_SLOTS = 1 << CHUNK_BITS;

  private static final int CHUNK_MASK = CHUNK_SLOTS - 1;
  private static final VarHandle ENTRIES = MethodHandles.arrayElementVarHandle(Entry[].class);

  private volatile int dimension;
  private volatile @Nullable Entry[][] chunks = new @Nullable Entry[0][];
  private volatile int limit;

  /// Slots below the limit that are nobody's.
  private final FreeSlots free = new FreeSlots();

  /// Entries that died and still have their slots, in the order in which they died.
  private final ArrayDeque<Entry> dead = new ArrayDeque<>();

  /// Slots that died since the store was opened; written by the writer.
  private volatile long diedSlots;

  /// Those of them that were let go of.
  private volatile long releasedSlots;

  @Override
  public int dimension() {
    return dimension;
  }

  void fixDimension(int dimension) {
    this.dimension = dimension;
  }

  /// No slot from here on is anybody's.
  int limit() {
    return limit;
  }

  /// Whether as many slots are left.
  boolean hasRoomFor(int slots) {
    return slots <= Integer.MAX_VALUE - CHUNK_SLOTS - limit;
  }

  /// Gives the entry slots that are nobody's, one a row: free ones, or else new ones.
  void occupy(Entry entry) {
    int first = free.take(entry.rows());
    if (first == FreeSlots.NONE) {
      first = limit;
    }
    fill(entry, first);
  }

  /// Gives the entry the slots from `first` on, which are nobody's.
  void place(Entry entry, int first) {
    if (first > limit) {
      free.add(limit, first - limit);
    }
    free.remove(first, entry.rows());
    fill(entry, first);
  }

  private void fill(Entry entry, int first) {
    int end = first + entry.rows();
    reserve(end);
    entry.occupy(first);
    set(first, end, entry);
    limit = Math.max(limit, end);
  }

  private void set(int first, int end, @Nullable Entry entry) {
    @Nullable Entry[][] table = chunks;
    for (int slot = first; slot < end; slot++) {
      ENTRIES.setRelease(table[slot >>> CHUNK_BITS], slot & CHUNK_MASK, entry);
    }
  }

  /// Whether these slots are nobody's.
  boolean isFree(int first, int count) {
    for (int slot = first; slot < Math.min(first + count, limit); slot++) {
      if (find(slot) != null) {
        return false;
      }
    }
    return true;
  }

  /// Notes that an entry died; it keeps its slots until it is released.
  void retire(Entry entry) {
    dead.add(entry);
    long died = diedSlots + entry.rows();
    diedSlots = died;
  }

  /// Slots that died since the store was opened.
  long diedSlots() {
    return diedSlots;
  }

  /// Those of them that were let go of.
  long releasedSlots() {
    return releasedSlots;
  }

  /// Slots below the limit that are nobody's.
  int freeSlots() {
    return free.count();
  }

  /// Lets go of the `count` slots that died first since the store was opened, as far as it was not
  /// done yet, so that their memory and they themselves can be used anew. No reader may be at them.
  void release(long count) {
    long released = releasedSlots;
    while (!dead.isEmpty() && released + dead.element().rows() <= count) {
      Entry entry = dead.remove();
      set(entry.firstSlot(), entry.firstSlot() + entry.rows(), null);
      free.add(entry.firstSlot(), entry.rows());
      released += entry.rows();
    }
    releasedSlots = released;
    cutOff();
  }

  /// Gives up the free slots at the end.
  private void cutOff() {
    int used = free.cutOff(limit);
    int chunksUsed = (used + CHUNK_MASK) >>> CHUNK_BITS;
    limit = used;
    if (chunksUsed < chunks.length) {
      chunks = Arrays.copyOf(chunks, chunksUsed);
    }
  }

  /// Raises the limit: slots below it that are nobody's are free.
  void raiseLimit(int slots) {
    if (slots > limit) {
      reserve(slots);
      free.add(limit, slots - limit);
      limit = slots;
    }
  }

  /// Whether the row in `slot` is still its file's.
  boolean isLive(int slot) {
    Entry entry = find(slot);
    return entry != null && entry.isLive();
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

  private @Nullable Entry find(int slot) {
    @Nullable Entry[][] table = chunks;
    int chunk = slot >>> CHUNK_BITS;
    return chunk < table.length
        ? (@Nullable Entry) ENTRIES.getAcquire(table[chunk], slot & CHUNK_MASK)
        : null;
  }

  /// The entry that `slot` belongs to, or belonged to and was not let go of.
  Entry entry(int slot) {
    Entry entry = find(slot);
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
