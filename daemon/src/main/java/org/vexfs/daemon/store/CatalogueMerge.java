package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.vexfs.daemon.store.CatalogueImage.Entries;
import org.vexfs.daemon.store.CatalogueImage.Files;
import org.vexfs.daemon.store.CatalogueImage.Inodes;
import org.vexfs.daemon.store.CatalogueImage.Names;
import org.vexfs.daemon.store.CatalogueImage.Slots;

/// Writes the files of a checkpoint: those of the one before, without the ones that changed since,
/// merged with these as they are now. All tables are in some order, so each is one pass over the
/// one before; a table is put together in native memory and goes when it was written.
final class CatalogueMerge implements AutoCloseable {
  private final Optional<CatalogueImage> base;
  private final long[] changed;
  private final List<FreshFile> fresh;
  private final CheckpointWriter writer;
  private final Arena arena = Arena.ofConfined();

  /// For each row of the names before, its row now.
  private final MemorySegment rowsNow;

  /// For each slot of a collection, one more than the row of its entry.
  private final Map<Integer, MemorySegment> slots = new TreeMap<>();

  /// A name of a fresh file, and the row that it gets.
  private static final class FreshName {
    final FreshFile file;
    final long parent;
    final String text;
    int row;

    FreshName(FreshFile file, Name name) {
      this.file = file;
      this.parent = name.parent().id();
      this.text = name.text();
    }

    long parent() {
      return parent;
    }

    String text() {
      return text;
    }
  }

  /// Merges `base` with `fresh`, ascending by id, which are what is left of the nodes `changed`,
  /// ascending.
  ///
  /// @param slotLimits of each collection, by its number
  CatalogueMerge(
      Optional<CatalogueImage> base,
      long[] changed,
      List<FreshFile> fresh,
      Map<Integer, Integer> slotLimits,
      CheckpointWriter writer) {
    this.base = base;
    this.changed = changed;
    this.fresh = fresh;
    this.writer = writer;
    this.rowsNow =
        arena.allocate(RecordHeader.INT, base.map(image -> image.names().rows()).orElse(0));
    slotLimits.forEach(
        (collection, limit) -> slots.put(collection, arena.allocate(RecordHeader.INT, limit)));
  }

  /// Parts that [#write] will write for so many collections.
  static int parts(int collections) {
    return 6 + collections;
  }

  /// Writes all parts.
  void write() throws IOException {
    List<FreshName> names = new ArrayList<>();
    for (FreshFile file : fresh) {
      file.names().forEach(name -> names.add(new FreshName(file, name)));
    }
    writeNames(names);
    writeFiles(names);
    writeInodes();
    writeEntries();
    for (Map.Entry<Integer, MemorySegment> collection : slots.entrySet()) {
      writeSlots(collection.getKey(), collection.getValue());
    }
  }

  private boolean isChanged(long file) {
    return Arrays.binarySearch(changed, file) >= 0;
  }

  private void writePart(String name, GrowingBytes bytes) throws IOException {
    writer.write(bytes.bytes());
    writer.endPart(name);
  }

  private void writeNames(List<FreshName> unordered) throws IOException {
    List<FreshName> ordered = new ArrayList<>(unordered);
    ordered.sort(Comparator.comparingLong(FreshName::parent).thenComparing(FreshName::text));
    try (TableWriter table = new TableWriter(Names.COLUMNS);
        NameTexts.Writer texts = new NameTexts.Writer()) {
      int next = 0;
      if (base.isPresent()) {
        Table before = base.get().names();
        NameTexts.Cursor cursor = base.get().texts().all();
        for (int row = 0; row < before.rows(); row++) {
          long parent = before.get(row, Names.PARENT);
          long file = before.get(row, Names.FILE);
          String text = cursor.next();
          if (!isChanged(file)) {
            while (next < ordered.size() && isBefore(ordered.get(next), parent, text)) {
              add(ordered.get(next++), table, texts);
            }
            rowsNow.setAtIndex(RecordHeader.INT, row, table.rows());
            table.add(parent, file);
            texts.add(text);
          }
        }
      }
      while (next < ordered.size()) {
        add(ordered.get(next++), table, texts);
      }
      writePart(Names.PART, table.finish());
      writePart(Names.TEXTS, texts.texts());
      writePart(Names.GROUPS, texts.groups());
    }
  }

  private static boolean isBefore(FreshName name, long parent, String text) {
    return name.parent != parent ? name.parent < parent : name.text.compareTo(text) < 0;
  }

  private static void add(FreshName name, TableWriter table, NameTexts.Writer texts) {
    name.row = table.rows();
    table.add(name.parent, name.file.id());
    texts.add(name.text);
  }

  private void writeFiles(List<FreshName> names) throws IOException {
    try (TableWriter table = new TableWriter(Files.COLUMNS)) {
      int next = 0;
      if (base.isPresent()) {
        Table before = base.get().files();
        for (int row = 0; row < before.rows(); row++) {
          long file = before.get(row, Files.FILE);
          if (!isChanged(file)) {
            while (next < names.size() && names.get(next).file.id() < file) {
              add(names.get(next++), table);
            }
            int name = rowsNow.getAtIndex(RecordHeader.INT, before.getInt(row, Files.NAME));
            table.add(file, before.get(row, Files.INODE), name);
          }
        }
      }
      while (next < names.size()) {
        add(names.get(next++), table);
      }
      writePart(Files.PART, table.finish());
    }
  }

  private static void add(FreshName name, TableWriter table) {
    table.add(name.file.id(), name.file.inode(), name.row);
  }

  private void writeInodes() throws IOException {
    List<FreshFile> known =
        fresh.stream()
            .filter(file -> file.inode() != 0)
            .sorted(Comparator.comparingLong(FreshFile::inode).thenComparingLong(FreshFile::id))
            .toList();
    try (TableWriter table = new TableWriter(Inodes.COLUMNS)) {
      int next = 0;
      if (base.isPresent()) {
        Table before = base.get().inodes();
        for (int row = 0; row < before.rows(); row++) {
          long inode = before.get(row, Inodes.INODE);
          long file = before.get(row, Inodes.FILE);
          if (!isChanged(file)) {
            while (next < known.size() && isBefore(known.get(next), inode, file)) {
              FreshFile added = known.get(next++);
              table.add(added.inode(), added.id());
            }
            table.add(inode, file);
          }
        }
      }
      for (FreshFile added : known.subList(next, known.size())) {
        table.add(added.inode(), added.id());
      }
      writePart(Inodes.PART, table.finish());
    }
  }

  private static boolean isBefore(FreshFile file, long inode, long id) {
    return file.inode() != inode ? file.inode() < inode : file.id() < id;
  }

  private void writeEntries() throws IOException {
    try (TableWriter table = new TableWriter(Entries.COLUMNS)) {
      int next = 0;
      if (base.isPresent()) {
        Table before = base.get().entries();
        long[] row = new long[Entries.COLUMNS];
        for (int i = 0; i < before.rows(); i++) {
          for (int column = 0; column < row.length; column++) {
            row[column] = before.get(i, column);
          }
          if (!isChanged(row[Entries.FILE])) {
            while (next < fresh.size() && fresh.get(next).id() < row[Entries.FILE]) {
              addEntries(fresh.get(next++), table);
            }
            addEntry(row, table);
          }
        }
      }
      while (next < fresh.size()) {
        addEntries(fresh.get(next++), table);
      }
      writePart(Entries.PART, table.finish());
    }
  }

  private void addEntries(FreshFile file, TableWriter table) {
    long parent = file.names().size() == 1 ? file.names().getFirst().parent().id() + 1 : 0;
    file.entries().stream()
        .sorted(Comparator.comparingInt(entry -> entry.collection().id()))
        .forEach(entry -> {
          long[] row = new long[Entries.COLUMNS];
          row[Entries.FILE] = file.id();
          row[Entries.COLLECTION] = entry.collection().id();
          row[Entries.ROWS] = entry.rows();
          row[Entries.SLOT] = entry.firstSlot();
          row[Entries.SEGMENT] = entry.segment().number();
          row[Entries.POSITION] = entry.position();
          row[Entries.PARENT] = parent;
          addEntry(row, table);
        });
  }

  private void addEntry(long[] row, TableWriter table) {
    table.add(row);
    MemorySegment ofCollection = Objects.requireNonNull(slots.get((int) row[Entries.COLLECTION]));
    for (long slot = row[Entries.SLOT]; slot < row[Entries.SLOT] + row[Entries.ROWS]; slot++) {
      ofCollection.setAtIndex(RecordHeader.INT, slot, table.rows());
    }
  }

  private void writeSlots(int collection, MemorySegment rows) throws IOException {
    try (TableWriter table = new TableWriter(Slots.COLUMNS)) {
      for (long slot = 0; slot < rows.byteSize() / Integer.BYTES; slot++) {
        table.add(rows.getAtIndex(RecordHeader.INT, slot));
      }
      writePart(Slots.part(collection), table.finish());
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
