package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// The directories of a checkpoint; FORMAT.md, "Parts of a checkpoint".
///
/// They are records in ascending order of the nodes' ids. So those of one checkpoint are those of
/// the one before, merged with the ones that changed since.
final class DirectoryRecords {
  static final String PART = "directories";

  /// Bytes of the shortest record: its length, an id and what follows it.
  private static final int MIN_RECORD_BYTES = 20;

  private DirectoryRecords() {}

  /// Writes one down.
  static void encode(DirectoryNode directory, GrowingBytes into) {
    Name name = directory.name();
    if (name == null) {
      throw new IllegalStateException("directory " + directory.id() + " hangs nowhere");
    }
    long start = into.size();
    into.putInt(0).putLong(directory.id()).putLong(name.parent().id()).putName(name.text());
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
  static void restore(MemorySegment part, Catalogue catalogue) throws StoreBroken {
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
}
