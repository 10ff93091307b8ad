package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.index.Vectors;

/// Which entry each slot of a collection belongs to; none where it died and was let go of.
///
/// One writer changes it, any thread reads without a lock. An entry is stored with release once it
/// knows its slots, and loaded with acquire; the volatile [#limit] is raised after the slots below
/// it were filled. A slot is given to another only while nobody holds a [VectorStore.Pin], so
/// whoever holds one finds in a slot what was there when it came, dead or alive. What a checkpoint
/// has is not in the chunks until its file is woken ([SlotsAtRest]).
final class SlotTable implements Vectors {
  private static final int CHUNK_BITS = 12;

  /// Slots that are reserved at a time.
  static final int CHUNK_SLOTS = 1 << CHUNK_BITS;

  private static final int CHUNK_MASK = CHUNK_SLOTS - 1;
  private static final VarHandle ENTRIES = MethodHandles.arrayElementVarHandle(Entry[].class);

  private volatile int dimension;
  private volatile @Nullable Entry[] @Nullable [] chunks = new @Nullable Entry[0][];

  /// Slots of entries that there are no objects of; none where there was no checkpoint.
  private @Nullable SlotsAtRest resting;

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

  /// Takes over what a checkpoint has: slots below `newLimit`, `live` of which are those of entries
  /// at rest.
  void rest(SlotsAtRest slots, int newLimit, int live) {
    resting = slots;
    reserve(newLimit);
    limit = newLimit;
    if (live < newLimit) {
      for (int slot = 0; slot < newLimit; slot++) {
        if (!slots.has(slot)) {
          free.add(slot, 1);
        }
      }
    }
  }

  /// Lets an entry that rested until now have its slots itself.
  void wake(Entry entry) {
    set(entry.firstSlot(), entry.firstSlot() + entry.rows(), entry);
  }

  private void fill(Entry entry, int first) {
    int end = first + entry.rows();
    reserve(end);
    entry.occupy(first);
    set(first, end, entry);
    limit = Math.max(limit, end);
  }

  private void set(int first, int end, @Nullable Entry entry) {
    for (int slot = first; slot < end; slot++) {
      ENTRIES.setRelease(chunkFor(slot), slot & CHUNK_MASK, entry);
    }
  }

  private @Nullable Entry[] chunkFor(int slot) {
    @Nullable Entry[] @Nullable [] table = chunks;
    @Nullable Entry[] chunk = table[slot >>> CHUNK_BITS];
    if (chunk == null) {
      chunk = new @Nullable Entry[CHUNK_SLOTS];
      table = table.clone();
      table[slot >>> CHUNK_BITS] = chunk;
      chunks = table;
    }
    return chunk;
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

  /// Whether `rows` free slots follow one another below `slot`.
  boolean hasFreeBelow(int slot, int rows) {
    int first = free.find(rows);
    return first != FreeSlots.NONE && first < slot;
  }

  /// Lets go of the `count` slots that died first since the store was opened, as far as it was not
  /// done yet, so that their memory and they themselves can be used anew. No reader may be at them.
  void release(long count) {
    long released = releasedSlots;
    while (!dead.isEmpty() && released + dead.element().rows() <= count) {
      Entry entry = dead.remove();
      set(entry.firstSlot(), entry.firstSlot() + entry.rows(), null);
      if (resting != null) {
        resting.forget(entry.firstSlot(), entry.rows());
      }
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

  /// Whether the row in `slot` is still its file's.
  boolean isLive(int slot) {
    Entry entry = find(slot);
    return entry == null ? rests(slot) : entry.isLive();
  }

  private void reserve(int slots) {
    int needed = (slots + CHUNK_MASK) >>> CHUNK_BITS;
    if (needed > chunks.length) {
      chunks = Arrays.copyOf(chunks, needed);
    }
  }

  /// The object of the entry that has a slot; none where it is nobody's or its file rests.
  private @Nullable Entry find(int slot) {
    @Nullable Entry[] @Nullable [] table = chunks;
    int index = slot >>> CHUNK_BITS;
    @Nullable Entry[] chunk = index < table.length ? table[index] : null;
    return chunk == null ? null : (@Nullable Entry) ENTRIES.getAcquire(chunk, slot & CHUNK_MASK);
  }

  private boolean rests(int slot) {
    return resting != null && resting.has(slot);
  }

  private SlotsAtRest restingWith(int slot) {
    SlotsAtRest slots = resting;
    if (slots == null || !slots.has(slot)) {
      throw new IndexOutOfBoundsException("slot " + slot + " is nobody's");
    }
    return slots;
  }

  /// The entry that `slot` belongs to, or belonged to and was not let go of.
  Entry entry(int slot) {
    Entry entry = find(slot);
    return entry == null ? restingWith(slot).entry(slot) : entry;
  }

  /// The id of the file whose row is, or was, in `slot`.
  long file(int slot) {
    Entry entry = find(slot);
    return entry == null ? restingWith(slot).file(slot) : entry.file().id();
  }

  /// Whether the file whose row is, or was, in `slot` lies in a directory or below it.
  boolean isWithin(int slot, DirectoryNode directory) {
    Entry entry = find(slot);
    return entry == null
        ? restingWith(slot).isWithin(slot, directory)
        : entry.file().isWithin(directory);
  }

  /// The slots of entries that rest, and whose records lie before `mark`.
  BitSet saidBefore(LogMark mark) {
    SlotsAtRest slots = resting;
    if (slots == null) {
      return new BitSet();
    }
    BitSet before = slots.saidBefore(mark);
    @Nullable Entry[] @Nullable [] table = chunks;
    for (int index = 0; index < table.length; index++) {
      @Nullable Entry[] chunk = table[index];
      for (int i = 0; chunk != null && i < CHUNK_SLOTS; i++) {
        if (ENTRIES.getAcquire(chunk, i) != null) {
          before.clear((index << CHUNK_BITS) + i);
        }
      }
    }
    return before;
  }

  @Override
  public MemorySegment segment(int slot) {
    Entry entry = find(slot);
    return entry == null ? restingWith(slot).region(slot) : entry.region();
  }

  @Override
  public long offset(int slot) {
    Entry entry = find(slot);
    return entry == null ? restingWith(slot).offset(slot) : entry.offset(slot);
  }
}
