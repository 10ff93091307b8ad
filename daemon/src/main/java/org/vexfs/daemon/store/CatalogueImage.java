package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// The catalogue's parts of a checkpoint: directories, and files with their entries; FORMAT.md,
/// "Parts of a checkpoint".
///
/// Both are records in ascending order of the nodes' ids. So the image of a catalogue is that of an
/// earlier one merged with the nodes that changed since, and only those are looked at while changes
/// have to wait.
final class CatalogueImage {
  static final String DIRECTORIES = "directories";
  static final String FILES = "files";

  /// Bytes of the shortest record: its length, an id and what follows it.
  private static final int MIN_RECORD_BYTES = 20;

  private CatalogueImage() {}

  /// Writes down those of the nodes with these ids, ascending, that are there.
  static void encode(
      Catalogue catalogue, long[] ids, GrowingBytes directories, GrowingBytes files) {
    for (long id : ids) {
      Optional<Node> node = catalogue.findNode(id);
      if (node.isPresent()) {
        switch (node.get()) {
          case DirectoryNode directory -> encode(directory, directories);
          case FileNode file -> encode(file, files);
        }
      }
    }
  }

  private static void encode(DirectoryNode directory, GrowingBytes into) {
    Name name = directory.name();
    if (name == null) {
      throw new IllegalStateException("directory " + directory.id() + " hangs nowhere");
    }
    long start = into.size();
    into.putInt(0).putLong(directory.id()).putLong(name.parent().id()).putName(name.text());
    into.setInt(start, (int) (into.size() - start));
  }

  private static void encode(FileNode file, GrowingBytes into) {
    long start = into.size();
    into.putInt(0).putLong(file.id()).putLong(file.inode());
    into.putInt(file.names().size());
    for (Name name : file.names()) {
      into.putLong(name.parent().id()).putName(name.text());
    }
    into.putInt(file.entries().size());
    for (Entry entry : file.entries()) {
      into.putInt(entry.collection().id()).putInt(entry.rows()).putInt(entry.firstSlot());
      into.putLong(entry.segment().number()).putLong(entry.position());
    }
    into.setInt(start, (int) (into.size() - start));
  }

  /// Writes the records of `base`, without those of the `changed` nodes, together with those of
  /// `fresh`, all in ascending order.
  static void merge(MemorySegment base, long[] changed, MemorySegment fresh, CheckpointWriter into)
      throws IOException {
    long freshAt = 0;
    long runStart = 0;
    long at = 0;
    int next = 0;
    while (at < base.byteSize()) {
      long id = id(base, at);
      long end = at + length(base, at);
      while (next < changed.length && changed[next] < id) {
        next++;
      }
      boolean replaced = next < changed.length && changed[next] == id;
      long freshEnd = endBefore(fresh, freshAt, replaced ? id + 1 : id);
      if (replaced || freshEnd > freshAt) {
        into.write(base.asSlice(runStart, at - runStart));
        into.write(fresh.asSlice(freshAt, freshEnd - freshAt));
        freshAt = freshEnd;
        runStart = replaced ? end : at;
      }
      at = end;
    }
    into.write(base.asSlice(runStart));
    into.write(fresh.asSlice(freshAt));
  }

  /// Where the records with ids below `limit` end that begin at `from`.
  private static long endBefore(MemorySegment records, long from, long limit) throws IOException {
    long at = from;
    while (at < records.byteSize() && id(records, at) < limit) {
      at += length(records, at);
    }
    return at;
  }

  private static long id(MemorySegment records, long at) {
    return records.get(RecordHeader.LONG, at + Integer.BYTES);
  }

  private static long length(MemorySegment records, long at) throws IOException {
    long length = Integer.toUnsignedLong(records.get(RecordHeader.INT, at));
    if (length < MIN_RECORD_BYTES || length > records.byteSize() - at) {
      throw new IOException("the checkpoint before is not what it was");
    }
    return length;
  }

  /// Puts the directories of a checkpoint back.
  static void restoreDirectories(MemorySegment part, Catalogue catalogue) throws StoreBroken {
    for (ImageReader ids = new ImageReader(part); ids.hasMore(); ) {
      ids.getInt();
      catalogue.restoreDirectory(ids.getLong());
      ids.getLong();
      ids.getName();
    }
    for (ImageReader names = new ImageReader(part); names.hasMore(); ) {
      names.getInt();
      long id = names.getLong();
      catalogue.restoreName(catalogue.node(id), names.getLong(), names.getName());
    }
  }

  /// Puts the files of a checkpoint back, with their entries in these segments.
  static void restoreFiles(MemorySegment part, Contents contents, Map<Long, LogSegment> segments)
      throws StoreBroken {
    ImageReader reader = new ImageReader(part);
    while (reader.hasMore()) {
      reader.getInt();
      FileNode file = contents.catalogue().restoreFile(reader.getLong(), reader.getLong());
      int names = reader.getInt();
      for (int i = 0; i < names; i++) {
        contents.catalogue().restoreName(file, reader.getLong(), reader.getName());
      }
      int entries = reader.getInt();
      if (names < 1 || entries < 1) {
        throw new StoreBroken("file " + file.id() + " has no name or no entry");
      }
      for (int i = 0; i < entries; i++) {
        restoreEntry(reader, file, contents, segments);
      }
    }
  }

  private static void restoreEntry(
      ImageReader reader, FileNode file, Contents contents, Map<Long, LogSegment> segments)
      throws StoreBroken {
    VectorCollection collection = contents.collection(reader.getInt());
    int rows = reader.getInt();
    int slot = reader.getInt();
    long number = reader.getLong();
    long position = reader.getLong();
    LogSegment segment = segments.get(number);
    if (segment == null
        || rows < 1
        || position < SegmentHeader.BYTES
        || position > segment.end()
        || RecordCodec.entryLength(rows, collection.dimension(), position)
            > segment.end() - position) {
      throw new StoreBroken("an entry of file " + file.id() + " lies in no segment");
    }
    MemorySegment region = segment.file().region();
    contents.restore(
        file, collection, rows, slot, new LogPosition(segment, position, region, position));
  }
}
