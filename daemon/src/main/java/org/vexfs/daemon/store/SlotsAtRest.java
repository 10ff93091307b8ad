package org.vexfs.daemon.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.io.AnonymousMemory;
import org.vexfs.daemon.store.CatalogueImage.Entries;
import org.vexfs.daemon.store.CatalogueImage.Slots;

/// Which slots of a collection belong to entries of files at rest ([FilesAtRest]), read from the
/// checkpoint. Any thread may read; a slot is forgotten only while nobody looks at vectors.
///
/// Where the vectors lie is asked for by every step of a search, so that is kept in memory, 8 bytes
/// a slot outside the heap, from the first time on that anybody asks for that slot.
final class SlotsAtRest {
  /// Of the place of a vector, those that say where in its region it begins; those above, one more
  /// than the region's number.
  private static final int OFFSET_BITS = 44;

  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

  /// A place that nobody asked for.
  private static final long UNKNOWN = 0;

  /// The place of a slot that is nobody's, or another's by now.
  private static final long NOWHERE = -1;

  private static final VarHandle PLACE = ValueLayout.JAVA_LONG.varHandle();

  private final FilesAtRest files;
  private final VectorCollection collection;
  private final Table slots;
  private final Table entries;
  private final MemorySegment[] regions;
  private volatile @Nullable MemorySegment places;

  @GuardedBy("this")
  private final BitSet forgotten = new BitSet();

  SlotsAtRest(FilesAtRest files, VectorCollection collection, Table slots) {
    this.files = files;
    this.collection = collection;
    this.slots = slots;
    this.entries = files.entries();
    this.regions = files.regions();
  }

  private long place(int slot) {
    MemorySegment all = places;
    MemorySegment known = all == null ? makePlaces() : all;
    long place = (long) PLACE.getOpaque(known, (long) slot * Long.BYTES);
    return place == UNKNOWN ? findPlace(known, slot) : place;
  }

  private synchronized MemorySegment makePlaces() {
    MemorySegment made = places;
    if (made == null) {
      made = AnonymousMemory.allocate(Math.max(1L, slots.rows()) * Long.BYTES);
      places = made;
    }
    return made;
  }

  private long findPlace(MemorySegment known, int slot) {
    int row = row(slot);
    long found = NOWHERE;
    if (row >= 0) {
      long position = entries.get(row, Entries.POSITION);
      long stride = (long) collection.dimension() * Float.BYTES;
      long inEntry = slot - entries.get(row, Entries.SLOT);
      long offset = position + RecordCodec.valuesOffset(position) + inEntry * stride;
      found = (files.regionOf(row) + 1L) << OFFSET_BITS | offset;
    }
    // Whoever was first is right: others found the same, or forgot the slot.
    long before = (long) PLACE.compareAndExchange(known, (long) slot * Long.BYTES, UNKNOWN, found);
    return before == UNKNOWN ? found : before;
  }

  /// Whether a slot was anybody's, and nobody else's since.
  boolean has(int slot) {
    return slot < slots.rows() && place(slot) != NOWHERE;
  }

  synchronized void forget(int first, int count) {
    int end = Math.min(first + count, slots.rows());
    if (first < end) {
      forgotten.set(first, end);
    }
    for (int slot = first; slot < end; slot++) {
      PLACE.setOpaque(makePlaces(), (long) slot * Long.BYTES, NOWHERE);
    }
  }

  /// The slots that were anybody's, and nobody else's since, and whose records lie before `mark`.
  synchronized BitSet saidBefore(LogMark mark) {
    BitSet before = new BitSet(slots.rows());
    for (int start = 0; start < slots.rows(); start += Table.BLOCK_ROWS) {
      int end = blockEnd(start, slots);
      if (slots.least(start, Slots.ENTRY) > 0) {
        before.set(start, end);
      } else {
        for (int slot = start; slot < end; slot++) {
          before.set(slot, row(slot) >= 0);
        }
      }
    }
    for (int start = 0; start < entries.rows(); start += Table.BLOCK_ROWS) {
      boolean isBefore =
          mark.isAfter(entries.most(start, Entries.SEGMENT), entries.most(start, Entries.POSITION));
      if (!isBefore) {
        clearNotBefore(mark, start, blockEnd(start, entries), before);
      }
    }
    before.andNot(forgotten);
    return before;
  }

  /// Takes the slots out of those entries, from row `start` to before `end`, that do not lie before
  /// `mark`.
  private void clearNotBefore(LogMark mark, int start, int end, BitSet slotsBefore) {
    for (int row = start; row < end; row++) {
      if (entries.getInt(row, Entries.COLLECTION) == collection.id()
          && !mark.isAfter(entries.get(row, Entries.SEGMENT), entries.get(row, Entries.POSITION))) {
        int slot = entries.getInt(row, Entries.SLOT);
        slotsBefore.clear(slot, slot + entries.getInt(row, Entries.ROWS));
      }
    }
  }

  private static int blockEnd(int start, Table table) {
    return Math.min(table.rows(), start + Table.BLOCK_ROWS);
  }

  private int row(int slot) {
    return slots.getInt(slot, Slots.ENTRY) - 1;
  }

  /// The entry that has a slot, with its file.
  Entry entry(int slot) {
    return files.entry(row(slot));
  }

  /// The id of the file that has a slot.
  long file(int slot) {
    return entries.get(row(slot), Entries.FILE);
  }

  /// Whether the file that has a slot lies in a directory or below it.
  boolean isWithin(int slot, DirectoryNode directory) {
    return files.isWithin(row(slot), directory);
  }

  /// The memory that holds the row in a slot.
  MemorySegment region(int slot) {
    return regions[(int) (place(slot) >>> OFFSET_BITS) - 1];
  }

  /// Where in the region the row begins.
  long offset(int slot) {
    return place(slot) & OFFSET_MASK;
  }
}
