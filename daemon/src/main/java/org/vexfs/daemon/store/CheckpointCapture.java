package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.io.StorageFile;

/// What a new checkpoint has that the one before has not, as of one moment: taken under the writer
/// lock, written to disk without it.
///
/// Owns native memory, until [#close].
final class CheckpointCapture implements AutoCloseable {
  private static final String SEGMENTS = "segments";
  private static final String COLLECTIONS = "collections";
  private static final int PARTS = 4;
  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

  private final NodeIds changed;
  private final long[] ids;
  private final LogSegment last;
  private final long position;
  private final long sequence;
  private final long lastNode;
  private final Set<Long> segmentNumbers = new HashSet<>();
  private final GrowingBytes segments = new GrowingBytes();
  private final GrowingBytes collections = new GrowingBytes();
  private final GrowingBytes directories = new GrowingBytes();
  private final GrowingBytes files = new GrowingBytes();

  /// A segment that a checkpoint needs.
  ///
  /// @param number the segment's
  /// @param firstSequence the sequence number of its first record
  /// @param end of what the checkpoint knows of it
  record Listed(long number, long firstSequence, long end) {}

  /// Takes what changed since the last capture; the writer lock is held.
  ///
  /// @param log the segments, the one that is appended to last; at least one
  /// @param sequence the last record's number
  CheckpointCapture(Contents contents, List<LogSegment> log, long sequence) {
    this.changed = contents.catalogue().takeChanged();
    this.ids = changed.sorted();
    this.last = log.getLast();
    this.position = last.end();
    this.sequence = sequence;
    this.lastNode = contents.catalogue().lastId();
    for (LogSegment segment : log) {
      segmentNumbers.add(segment.number());
      segments.putLong(segment.number()).putLong(segment.header().firstSequence());
      segments.putLong(segment.end());
    }
    for (VectorCollection collection : contents.collectionsById()) {
      collections.putInt(collection.id()).putInt(collection.dimension());
      collections.putInt(collection.slotLimit());
      LogRecord.DefineCollection settings = contents.definition(collection);
      collections.putName(settings.name()).putName(settings.metric());
      collections.putName(settings.embedder());
    }
    CatalogueImage.encode(contents.catalogue(), ids, directories, files);
  }

  /// The nodes that changed.
  NodeIds changed() {
    return changed;
  }

  long sequence() {
    return sequence;
  }

  /// The number of the segment at whose end replay would go on.
  long lastSegment() {
    return last.number();
  }

  /// The numbers of all segments that the checkpoint needs.
  Set<Long> segmentNumbers() {
    return segmentNumbers;
  }

  /// Writes checkpoint `number` of `store`, which `base` is the one before of.
  void write(StorageFile file, UUID store, long number, Optional<CheckpointFile> base)
      throws IOException, StoreBroken {
    CheckpointWriter writer = new CheckpointWriter(file, PARTS);
    writer.write(segments.bytes());
    writer.endPart(SEGMENTS);
    writer.write(collections.bytes());
    writer.endPart(COLLECTIONS);
    mergePart(CatalogueImage.DIRECTORIES, base, directories, writer);
    mergePart(CatalogueImage.FILES, base, files, writer);
    writer.finish(
        new CheckpointHead(store, number, last.number(), position, sequence, lastNode, List.of()));
  }

  private void mergePart(
      String name, Optional<CheckpointFile> base, GrowingBytes fresh, CheckpointWriter writer)
      throws IOException, StoreBroken {
    MemorySegment before = base.isPresent() ? base.get().part(name) : NOTHING;
    CatalogueImage.merge(before, ids, fresh.bytes(), writer);
    writer.endPart(name);
  }

  /// Whether the list of the segments that a checkpoint needs is sound.
  static boolean isListSound(CheckpointFile checkpoint) {
    return checkpoint.isSound(SEGMENTS);
  }

  /// The segments that a checkpoint needs, in ascending order.
  static List<Listed> segments(CheckpointFile checkpoint) throws StoreBroken {
    List<Listed> listed = new ArrayList<>();
    ImageReader reader = new ImageReader(checkpoint.part(SEGMENTS));
    while (reader.hasMore()) {
      listed.add(new Listed(reader.getLong(), reader.getLong(), reader.getLong()));
    }
    return listed;
  }

  /// Puts the collections of a checkpoint back, without their entries.
  static void restoreCollections(CheckpointFile checkpoint, Contents contents) throws StoreBroken {
    ImageReader reader = new ImageReader(checkpoint.part(COLLECTIONS));
    while (reader.hasMore()) {
      int id = reader.getInt();
      int dimension = reader.getInt();
      int slotLimit = reader.getInt();
      contents.restoreCollection(
          new LogRecord.DefineCollection(
              id, reader.getName(), reader.getName(), dimension, reader.getName()),
          slotLimit);
    }
  }

  @Override
  public void close() {
    segments.close();
    collections.close();
    directories.close();
    files.close();
  }
}
