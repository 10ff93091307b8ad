package org.vexfs.daemon.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.store.CatalogueImage.Entries;
import org.vexfs.daemon.store.CatalogueImage.Slots;

/// Which slots of a collection belong to entries of files at rest ([FilesAtRest]), read from the
/// checkpoint. Any thread may read; a slot is forgotten only while nobody looks at vectors.
///
/// Where the vectors lie is asked for by every step of a search, so that is kept in memory, 8 bytes
/// a slot outside the heap, from the first time on that anybody asks.
final class SlotsAtRest {
  /// Of the place of a vector, those that say where in its region it begins; those above, one more
  /// than the region's number. 0 is nowhere.
  private static final int OFFSET_BITS = 44;

  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

  private final FilesAtRest files;
  private final VectorCollection collection;
  private final Table slots;
  private final Table entries;
  private final MemorySegment[] regions;
  private volatile @Nullable MemorySegment places;

  SlotsAtRest(FilesAtRest files, VectorCollection collection, Table slots) {
    this.files = files;
    this.collection = collection;
    this.slots = slots;
    this.entries = files.entries();
    this.regions = files.regions();
  }

  private long place(int slot) {
    MemorySegment known = places;
    return (known == null ? findPlaces() : known).getAtIndex(ValueLayout.JAVA_LONG, slot);
  }

  private synchronized MemorySegment findPlaces() {
    MemorySegment known = places;
    if (known != null) {
      return known;
    }
    MemorySegment found = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, Math.max(1, slots.rows()));
    long stride = (long) collection.dimension() * Float.BYTES;
    for (int row = 0; row < entries.rows(); row++) {
      if (entries.getInt(row, Entries.COLLECTION) == collection.id()) {
        long position = entries.get(row, Entries.POSITION);
        long region = files.regionOf(row) + 1L;
        long offset = position + RecordCodec.valuesOffset(position);
        int slot = entries.getInt(row, Entries.SLOT);
        int end = slot + entries.getInt(row, Entries.ROWS);
        for (; slot < end; slot++) {
          found.setAtIndex(ValueLayout.JAVA_LONG, slot, region << OFFSET_BITS | offset);
          offset += stride;
        }
      }
    }
    places = found;
    return found;
  }

  /// Whether a slot was anybody's, and nobody else's since.
  boolean has(int slot) {
    return slot < slots.rows() && place(slot) != 0;
  }

  void forget(int first, int count) {
    for (int slot = first; slot < Math.min(first + count, slots.rows()); slot++) {
      if (place(slot) != 0) {
        findPlaces().setAtIndex(ValueLayout.JAVA_LONG, slot, 0);
      }
    }
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
