package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.index.GraphImageFault;
import org.vexfs.daemon.index.GraphReport;
import org.vexfs.daemon.index.GraphSink;
import org.vexfs.daemon.index.HnswGraph;
import org.vexfs.daemon.index.HnswParameters;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;
import org.vexfs.daemon.io.StorageFullException;

/// The files that hold the graphs of a store's collections; FORMAT.md, "Graphs".
///
/// A graph is worth time and nothing else: one that is missing, damaged or old is built anew, or
/// caught up with. So a file is written aside, synced and renamed in, in place of the one before,
/// and nothing waits for it. Each collection's is for one thread at a time.
public final class GraphFiles {
  private static final byte[] MAGIC = "VEXFSGRA".getBytes(StandardCharsets.US_ASCII);
  private static final String SUFFIX = ".vexgraph";
  private static final int HEAD_BYTES = 64;
  private static final int CHECKSUM = 48;
  private static final int MARK = 52;
  private static final int HEAD_CHECKSUM = 60;

  private final StorageDirectory directory;
  private final VectorLog log;
  private final UUID store;

  GraphFiles(StorageDirectory directory, VectorLog log) {
    this.directory = directory;
    this.log = log;
    this.store = log.store();
  }

  /// Writes the image of a graph to a sink.
  @FunctionalInterface
  public interface Writing {
    /// Writes all of it.
    void to(GraphSink sink) throws IOException;
  }

  /// The image of a graph, mapped until this is closed.
  public static final class Image implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment head;
    private final MemorySegment bytes;

    private Image(Arena arena, MemorySegment file) {
      this.arena = arena;
      this.head = file.asSlice(0, HEAD_BYTES);
      this.bytes = file.asSlice(HEAD_BYTES);
    }

    /// The graph has all that it has of the log from before this: what its slots were said to hold
    /// then is what was linked. [LogMark#isNone] where that is not known.
    public LogMark mark() {
      return LogMark.of(integer(MARK), integer(MARK + Integer.BYTES));
    }

    private int integer(long at) {
      return head.get(RecordHeader.INT, at);
    }

    /// Whether the image is what was written; all of it is read for that.
    public boolean isWhole() {
      return integer(CHECKSUM) == ChecksummedOutput.checksum(bytes);
    }

    /// What was written, if [#isWhole].
    public MemorySegment bytes() {
      return bytes;
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  /// Whether a file of this name holds a graph.
  static boolean isFileName(String name) {
    return name.endsWith(SUFFIX);
  }

  private static String fileName(VectorCollection collection) {
    return String.format("%010d", collection.id()) + SUFFIX;
  }

  /// Writes the graph of a collection, durably, in place of the one before. It must have let go of
  /// every slot that was given to another.
  ///
  /// @throws StoreFull where there is no space for it
  /// @throws StoreBroken where writing it fails; neither has lost anything but the graph
  public void write(VectorCollection collection, Writing writing) throws VectorFailure {
    String name = fileName(collection);
    String aside = name + ".tmp";
    LogMark mark = mark(collection);
    try {
      directory.replace(name, aside, file -> write(file, collection, mark, writing));
      if (collection.hasMovedSlots()) {
        // Maybe while it was written.
        eraseMark(name);
      }
    } catch (StorageFullException e) {
      throw new StoreFull(
          "no space left for the graph of collection "
              + collection.name()
              + " in "
              + directory.describe());
    } catch (IOException e) {
      throw new StoreBroken(
          "the graph of collection "
              + collection.name()
              + " could not be written to "
              + directory.describe()
              + ": "
              + e);
    }
  }

  /// Where the log ends, durably, so that nothing else will ever be said before that.
  private LogMark mark(VectorCollection collection) throws VectorFailure {
    LogMark mark = log.mark();
    log.sync();
    return mark.isSmall() && !collection.hasMovedSlots() ? mark : LogMark.none();
  }

  /// Lets the graph of a collection not tell any more which slots are what they were, because some
  /// are about to be given to others without a word in the log.
  void eraseMark(VectorCollection collection) throws VectorFailure {
    String name = fileName(collection);
    try {
      if (directory.list().contains(name)) {
        eraseMark(name);
      }
    } catch (IOException e) {
      throw new StoreBroken(name + " in " + directory.describe() + " cannot be changed: " + e);
    }
  }

  private void eraseMark(String name) throws IOException {
    try (StorageFile file = directory.open(name)) {
      ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      while (head.hasRemaining() && file.read(head, head.position()) > 0) {}
      boolean isMarked = !head.hasRemaining() && head.getLong(MARK) != 0;
      if (isMarked && head.getInt(HEAD_CHECKSUM) == checksum(head)) {
        head.putLong(MARK, 0).putInt(HEAD_CHECKSUM, checksum(head)).rewind();
        while (head.hasRemaining()) {
          int _ = file.write(head, head.position());
        }
        file.sync();
      }
    }
  }

  private void write(StorageFile file, VectorCollection collection, LogMark mark, Writing writing)
      throws IOException {
    ChecksummedOutput output = new ChecksummedOutput(file, HEAD_BYTES);
    writing.to(output::write);
    output.flush();
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    head.put(MAGIC).putShort((short) SegmentHeader.MAJOR).putShort((short) SegmentHeader.MINOR);
    head.putInt(HEAD_BYTES);
    head.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
    head.putInt(collection.id()).putInt(collection.dimension());
    head.putLong(output.position() - HEAD_BYTES).putInt(output.checksum());
    head.putInt((int) mark.segment()).putInt((int) mark.position());
    head.putInt(HEAD_CHECKSUM, checksum(head));
    output.writeAt(head.rewind(), 0);
  }

  private static int checksum(ByteBuffer head) {
    CRC32C crc = new CRC32C();
    crc.update(head.duplicate().position(0).limit(HEAD_CHECKSUM));
    return (int) crc.getValue();
  }

  /// The graph that a collection had when it was last written, where its file has a sound head.
  public Optional<Image> read(VectorCollection collection) throws VectorFailure {
    String name = fileName(collection);
    try {
      if (!directory.list().contains(name)) {
        return Optional.empty();
      }
      Optional<Image> image = map(directory, name, store);
      boolean fits = image.isPresent() && isOf(image.get(), collection);
      if (image.isPresent() && !fits) {
        image.get().close();
      }
      return fits ? image : Optional.empty();
    } catch (IOException | InternalError e) {
      // An InternalError is how the JVM reports a page of a mapping that the disk did not give.
      throw new StoreBroken(name + " in " + directory.describe() + " cannot be read: " + e);
    }
  }

  private static boolean isOf(Image file, VectorCollection collection) {
    return file.integer(32) == collection.id() && file.integer(36) == collection.dimension();
  }

  /// What is wrong with the graph in a file, links included; nothing where it is sound.
  ///
  /// @param contents of the store, whose collections graphs are of
  static Optional<String> fault(
      StorageDirectory directory, String name, UUID store, Contents contents) throws IOException {
    Optional<Image> file = map(directory, name, store);
    if (file.isEmpty()) {
      return Optional.of("it is damaged, or of another store or version");
    }
    try (Image image = file.get()) {
      if (!image.isWhole()) {
        return Optional.of("it is damaged");
      }
      Optional<VectorCollection> collection =
          contents.collectionsById().stream()
              .filter(known -> name.equals(fileName(known)) && isOf(image, known))
              .findFirst();
      if (collection.isEmpty()) {
        return Optional.of("it is of no collection of this store");
      }
      GraphReport report =
          HnswGraph.check(image.bytes(), HnswParameters.forDimension(collection.get().dimension()));
      return report.isSound()
          ? Optional.empty()
          : Optional.of(
              report.faults().size() + " faults, the first: " + report.faults().getFirst());
    } catch (GraphImageFault e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// Removes a file that holds no sound graph; the graph is built anew when it is needed.
  public void remove(String name) throws VectorFailure {
    try {
      directory.deleteIfPresent(name);
      directory.sync();
    } catch (IOException e) {
      throw new StoreBroken(name + " in " + directory.describe() + " cannot be removed: " + e);
    }
  }

  /// All of a file, where its head is sound and of this store and version.
  private static Optional<Image> map(StorageDirectory directory, String name, UUID store)
      throws IOException {
    Arena arena = Arena.ofShared();
    boolean sound = false;
    try (StorageFile file = directory.open(name)) {
      MemorySegment bytes = file.map(0, file.size(), arena);
      sound = hasSoundHead(bytes, store);
      return sound ? Optional.of(new Image(arena, bytes)) : Optional.empty();
    } finally {
      if (!sound) {
        arena.close();
      }
    }
  }

  private static boolean hasSoundHead(MemorySegment bytes, UUID store) {
    if (bytes.byteSize() < HEAD_BYTES) {
      return false;
    }
    ByteBuffer head = bytes.asSlice(0, HEAD_BYTES).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    head.get(magic);
    return Arrays.equals(magic, MAGIC)
        && head.getInt(HEAD_CHECKSUM) == checksum(head)
        && head.getShort() == SegmentHeader.MAJOR
        && head.getLong(16) == store.getMostSignificantBits()
        && head.getLong(24) == store.getLeastSignificantBits()
        && head.getLong(40) == bytes.byteSize() - HEAD_BYTES;
  }
}
