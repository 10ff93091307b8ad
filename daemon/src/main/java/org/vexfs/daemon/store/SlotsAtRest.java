package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.vexfs.daemon.store.CatalogueImage.Entries;
import org.vexfs.daemon.store.CatalogueImage.Slots;

/// Which slots of a collection belong to entries of files at rest ([FilesAtRest]), read from the
/// checkpoint. Any thread may read; a slot is forgotten only while nobody looks at vectors.
final class SlotsAtRest {
  private final FilesAtRest files;
  private final Table slots;
  private final Table entries;

  /// Slots whose entries were woken and died.
  private final BitSet forgotten = new BitSet();

  SlotsAtRest(FilesAtRest files, Table slots) {
    this.files = files;
    this.slots = slots;
    this.entries = files.entries();
  }

  /// Slots that the checkpoint knows are below.
  int limit() {
    return slots.rows();
  }

  /// Whether a slot was anybody's, and nobody else's since.
  boolean has(int slot) {
    return slot < slots.rows() && slots.get(slot, Slots.ENTRY) != 0 && !forgotten.get(slot);
  }

  void forget(int first, int count) {
    forgotten.set(first, first + count);
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

  MemorySegment region(int slot) {
    return files.region(row(slot));
  }

  /// Where in the region a row of vectors of this dimension begins.
  long offset(int slot, int dimension) {
    int row = row(slot);
    long position = entries.get(row, Entries.POSITION);
    int before = slot - entries.getInt(row, Entries.SLOT);
    return position + RecordCodec.valuesOffset(position) + (long) before * dimension * Float.BYTES;
  }
}
