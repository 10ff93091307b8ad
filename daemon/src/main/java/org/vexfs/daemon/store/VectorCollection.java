package org.vexfs.daemon.store;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.index.Vectors;

/// A named set of vectors of one dimension and one metric.
///
/// Rows are numbered by *slots*, which a checkpoint keeps; a store that is opened without one gives
/// them anew. An entry that is replaced gets new slots, live before the old ones die, so a search
/// that runs meanwhile may meet both but never neither. The slots of the dead are used anew, but
/// never under a [VectorStore.Pin], nor before the listeners have let go of them.
///
/// Any thread may read, without a lock. After a change of the store has returned, every thread sees
/// it here.
public final class VectorCollection {
  private final int id;
  private final String name;
  private final SlotTable slots = new SlotTable();
  private final List<Listening> listeners = new CopyOnWriteArrayList<>();

  /// Changed under the writer lock only.
  private volatile Metric metric;

  private volatile Optional<String> embedder;
  private volatile Figures figures = new Figures(0, 0, 0);
  private volatile boolean movedSlots;

  /// What changes together.
  private record Figures(int entries, int rows, long version) {
    Figures after(int entriesMore, int rowsMore) {
      return new Figures(entries + entriesMore, rows + rowsMore, version + 1);
    }
  }

  /// Who hears of changes.
  ///
  /// @param since slots that had died before it began to listen
  private record Listening(SlotListener listener, long since) {}

  VectorCollection(int id, String name, Metric metric, Optional<String> embedder) {
    this.id = id;
    this.name = name;
    this.metric = metric;
    this.embedder = embedder;
  }

  /// The number that stands for the name in the log.
  int id() {
    return id;
  }

  /// What users call this.
  public String name() {
    return name;
  }

  /// How near two vectors are; final once the collection has a dimension.
  public Metric metric() {
    return metric;
  }

  /// Values a vector; 0 until the first vector came, final from then on.
  public int dimension() {
    return slots.dimension();
  }

  /// What makes vectors of text for this collection.
  public Optional<String> embedder() {
    return embedder;
  }

  /// Files that have an entry here.
  public int entryCount() {
    return figures.entries();
  }

  /// Rows of all entries.
  public int liveRows() {
    return figures.rows();
  }

  /// Grows with every change, so that what was computed from this can be told from what is out of
  /// date.
  public long version() {
    return figures.version();
  }

  /// The vectors, by slot.
  public Vectors vectors() {
    return slots;
  }

  /// No slot from here on is anybody's; below, they are live, dead or free.
  public int slotLimit() {
    return slots.limit();
  }

  /// Whether the row in this slot is still its file's.
  public boolean isLive(int slot) {
    return slots.isLive(slot);
  }

  /// What row is, or was, in this slot.
  public FoundRow find(int slot) {
    return new FoundRow(slots.entry(slot), slot);
  }

  /// The file whose row is, or was, in this slot.
  public FileNode owner(int slot) {
    return find(slot).file();
  }

  /// Whether the row in this slot is, or was, that of a file.
  public boolean isOf(int slot, FileNode file) {
    return slots.file(slot) == file.id();
  }

  /// Whether the file whose row is, or was, in this slot lies in a directory or below it.
  public boolean isWithin(int slot, DirectoryNode directory) {
    return slots.isWithin(slot, directory);
  }

  /// The slots of a file's entry here: `rows` from `firstSlot` on; none where it has no entry.
  public Optional<SlotRange> slotsOf(FileNode file) {
    return file.entry(this).map(entry -> new SlotRange(entry.firstSlot(), entry.rows()));
  }

  /// Who is told of changes from now on.
  void addListener(SlotListener listener) {
    listeners.add(new Listening(listener, slots.diedSlots()));
  }

  void removeListener(SlotListener listener) {
    listeners.removeIf(listening -> listening.listener().equals(listener));
  }

  List<SlotListener> listeners() {
    return listeners.stream().map(Listening::listener).toList();
  }

  boolean hasRoomFor(int rows) {
    return slots.hasRoomFor(rows);
  }

  void redefine(Metric metric, int dimension, Optional<String> embedder) {
    this.metric = metric;
    this.embedder = embedder;
    slots.fixDimension(dimension);
    figures = figures.after(0, 0);
  }

  /// Makes the rows of an entry visible.
  void publish(Entry entry) {
    slots.occupy(entry);
    figures = figures.after(1, entry.rows());
  }

  /// Takes over what a checkpoint has: so many entries and rows, in slots below `limit`.
  void rest(SlotsAtRest resting, int entries, int rows, int limit) {
    slots.rest(resting, limit, rows);
    figures = figures.after(entries, rows);
  }

  /// Takes an entry over that rested until now.
  void wake(Entry entry) {
    slots.wake(entry);
  }

  /// Slots below the limit that are nobody's: others will get them.
  public int freeSlots() {
    return slots.freeSlots();
  }

  /// Whether most of the slots below the limit are nobody's, so that an index over them is mostly
  /// room.
  boolean isSparse() {
    return slots.freeSlots() - SlotTable.CHUNK_SLOTS > figures.rows();
  }

  /// The live entry with the highest slots below `below`.
  Optional<Entry> highest(int below) {
    for (int slot = Math.min(below, slots.limit()) - 1; slot >= 0; slot--) {
      if (slots.isLive(slot)) {
        return Optional.of(slots.entry(slot));
      }
    }
    return Optional.empty();
  }

  /// The slots that hold what the log said before `mark`, as far as that is known without looking
  /// at it: those whose entries nobody changed, or asked to change, since the checkpoint that this
  /// was opened with. What they are numbered must not have changed since.
  public BitSet slotsSaidBefore(LogMark mark) {
    return slots.saidBefore(mark);
  }

  /// Entries are about to get other slots without a word in the log.
  void moveSlots() {
    movedSlots = true;
  }

  /// Whether they ever did since this was opened.
  boolean hasMovedSlots() {
    return movedSlots;
  }

  /// Whether there are enough free slots below an entry's for the entry.
  boolean hasFreeBelow(Entry entry) {
    return slots.hasFreeBelow(entry.firstSlot(), entry.rows());
  }

  /// Dead slots that the listeners have let go of.
  int releasableSlots() {
    return (int) (letGo() - slots.releasedSlots());
  }

  /// Lets others have the dead slots that the listeners have let go of. No reader may be at them.
  void releaseSlots() {
    slots.release(letGo());
  }

  /// How many of the slots that died first all listeners have let go of.
  private long letGo() {
    long letGo = slots.diedSlots();
    for (Listening listening : listeners) {
      letGo = Math.min(letGo, listening.since() + listening.listener().slotsLetGo());
    }
    return letGo;
  }

  /// Takes the rows of an entry out of sight.
  void retire(Entry entry) {
    entry.retire();
    if (entry.hasSlots()) {
      slots.retire(entry);
      figures = figures.after(-1, -entry.rows());
    }
  }

  @Override
  public String toString() {
    return "VectorCollection[" + name + "]";
  }
}
