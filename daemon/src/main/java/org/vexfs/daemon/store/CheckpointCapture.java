package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
  private static final int PARTS = 3;
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
  private final List<FreshFile> files = new ArrayList<>();
  private final Map<Integer, Integer> slotLimits = new TreeMap<>();

  /// A segment that a checkpoint needs.
  ///
  /// @param number the segment's
  /// @param firstSequence the sequence number of its first record
  /// @param end of what the checkpoint knows of it
  /// @param liveBytes of its records that hold live entries
  record Listed(long number, long firstSequence, long end, long liveBytes) {}

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
      segments.putLong(segment.end()).putLong(segment.liveBytes());
    }
    for (VectorCollection collection : contents.collectionsById()) {
      collections.putInt(collection.id()).putInt(collection.dimension());
      collections.putInt(collection.slotLimit());
      collections.putInt(collection.entryCount()).putInt(collection.liveRows());
      slotLimits.put(collection.id(), collection.slotLimit());
      LogRecord.DefineCollection settings = contents.definition(collection);
      collections.putName(settings.name()).putName(settings.metric());
      collections.putName(settings.embedder());
    }
    for (long id : ids) {
      contents.catalogue().findNode(id).ifPresent(this::take);
    }
  }

  private void take(Node node) {
    switch (node) {
      case DirectoryNode directory -> DirectoryRecords.encode(directory, directories);
      case FileNode file -> files.add(FreshFile.of(file));
    }
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
    CheckpointWriter writer =
        new CheckpointWriter(file, PARTS + CatalogueMerge.parts(slotLimits.size()));
    writer.write(segments.bytes());
    writer.endPart(SEGMENTS);
    writer.write(collections.bytes());
    writer.endPart(COLLECTIONS);
    MemorySegment before = base.isPresent() ? base.get().part(DirectoryRecords.PART) : NOTHING;
    DirectoryRecords.merge(before, ids, directories.bytes(), writer);
    writer.endPart(DirectoryRecords.PART);
    Optional<CatalogueImage> image =
        base.isPresent() ? Optional.of(new CatalogueImage(base.get())) : Optional.empty();
    try (CatalogueMerge merge = new CatalogueMerge(image, ids, files, slotLimits, writer)) {
      merge.write();
    }
    writer.finish(
        new CheckpointHead(store, number, last.number(), position, sequence, lastNode, List.of()));
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
      listed.add(
          new Listed(reader.getLong(), reader.getLong(), reader.getLong(), reader.getLong()));
    }
    return listed;
  }

  /// Puts the collections, directories and files of a checkpoint back; the files rest.
  static void restore(
      CheckpointFile checkpoint, Contents contents, Collection<LogSegment> logSegments)
      throws StoreBroken {
    Catalogue catalogue = contents.catalogue();
    DirectoryRecords.restore(checkpoint.part(DirectoryRecords.PART), catalogue);
    List<Filled> restored = new ArrayList<>();
    ImageReader reader = new ImageReader(checkpoint.part(COLLECTIONS));
    while (reader.hasMore()) {
      restored.add(collection(reader, contents));
    }
    CatalogueImage image = new CatalogueImage(checkpoint);
    FilesAtRest files =
        new FilesAtRest(image, catalogue.directories(), contents.collectionsById(), logSegments);
    for (Filled filled : restored) {
      Table slots = image.slots(filled.collection().id());
      if (slots.rows() != filled.slotLimit()) {
        throw new StoreBroken(checkpoint.name() + " has a table of slots that is too short");
      }
      filled
          .collection()
          .rest(
              new SlotsAtRest(files, filled.collection(), slots),
              filled.entries(),
              filled.rows(),
              filled.slotLimit());
    }
    catalogue.endRestoring(files, checkpoint.head().lastNode());
  }

  /// A collection, and how much a checkpoint has of it.
  private record Filled(VectorCollection collection, int slotLimit, int entries, int rows) {}

  private static Filled collection(ImageReader reader, Contents contents) throws StoreBroken {
    int id = reader.getInt();
    int dimension = reader.getInt();
    int slotLimit = reader.getInt();
    int entries = reader.getInt();
    int rows = reader.getInt();
    VectorCollection collection =
        contents.restoreCollection(
            new LogRecord.DefineCollection(
                id, reader.getName(), reader.getName(), dimension, reader.getName()));
    return new Filled(collection, slotLimit, entries, rows);
  }

  @Override
  public void close() {
    segments.close();
    collections.close();
    directories.close();
  }
}
