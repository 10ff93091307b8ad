package org.vexfs.daemon.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.distance.Metric;

/// What the log adds up to: the catalogue and the collections. Records are applied here and nowhere
/// else, when they happen and when they are replayed, so that both come to the same.
///
/// Not safe for concurrent use, except what [VectorCollection] and the nodes offer: the store's
/// `naming` lock guards it.
final class Contents {
  private final Catalogue catalogue = new Catalogue(this::retire);
  private final Map<Integer, VectorCollection> byId = new TreeMap<>();
  private final Map<String, VectorCollection> byName = new TreeMap<>();

  /// What listeners are to hear about the current change.
  private final List<Runnable> news = new ArrayList<>();

  /// Entries that came during the replay, in the order of the log.
  private final List<Entry> unplaced = new ArrayList<>();

  /// What the host was about to do when the log ended, or is about to do now.
  private Optional<LogRecord.Intend> intent = Optional.empty();

  private boolean replaying = true;

  Catalogue catalogue() {
    return catalogue;
  }

  /// By name, in the order of names.
  Map<String, VectorCollection> collections() {
    return byName;
  }

  /// By number.
  Collection<VectorCollection> collectionsById() {
    return byId.values();
  }

  /// What the log would say to define a collection as it is now.
  LogRecord.DefineCollection definition(VectorCollection collection) {
    return new LogRecord.DefineCollection(
        collection.id(),
        collection.name(),
        collection.metric().id(),
        collection.dimension(),
        collection.embedder().map(TreePath::bytesOfText).orElse(""));
  }

  VectorCollection collection(int id) throws StoreBroken {
    VectorCollection collection = byId.get(id);
    if (collection == null) {
      throw new StoreBroken("there is no collection " + id);
    }
    return collection;
  }

  /// An id that no collection has.
  int nextCollectionId() {
    return byId.size() + 1;
  }

  /// Entries of all collections.
  long entries() {
    return byName.values().stream().mapToLong(VectorCollection::entryCount).sum();
  }

  /// Does what a record says. At the end of a change comes [#endChange].
  void apply(LogRecord record, LogPosition at) throws StoreBroken {
    if (closesIntent(record)) {
      intent = Optional.empty();
    }
    countSaidAgain(record, at);
    switch (record) {
      case LogRecord.DefineCollection define -> {
        if (isSaidAgain(define)) {
          at.segment().addLiveBytes(RecordCodec.length(define, at.position()));
        } else {
          define(define);
        }
      }
      case LogRecord.CreateNode create -> catalogue.create(create);
      case LogRecord.Link link -> catalogue.link(link);
      case LogRecord.Move move -> catalogue.move(move);
      case LogRecord.Exchange exchange -> catalogue.exchange(exchange);
      case LogRecord.Unlink unlink -> catalogue.unlink(unlink);
      case LogRecord.Rebind rebind -> catalogue.rebind(rebind);
      case LogRecord.Put put -> put(put, at);
      case LogRecord.Relocate relocate -> relocate(relocate, at);
      case LogRecord.Delete delete -> delete(delete);
      case LogRecord.Intend intend -> intent = Optional.of(intend);
      case LogRecord.Seal _, LogRecord.Settle _, LogRecord.Restate _, LogRecord.Retire _ -> {}
    }
  }

  /// Whether what the host was about to do is done with once this record is there.
  static boolean closesIntent(LogRecord record) {
    return switch (record) {
      case LogRecord.CreateNode _,
          LogRecord.Link _,
          LogRecord.Move _,
          LogRecord.Exchange _,
          LogRecord.Unlink _,
          LogRecord.Rebind _,
          LogRecord.Put _,
          LogRecord.Delete _,
          LogRecord.Settle _ ->
          true;
      case LogRecord.DefineCollection _,
          LogRecord.Relocate _,
          LogRecord.Seal _,
          LogRecord.Intend _,
          LogRecord.Restate _,
          LogRecord.Retire _ ->
          false;
    };
  }

  /// Counts what compaction said again as live, so that no segment is compacted for the sake of it.
  static void countSaidAgain(LogRecord record, LogPosition at) {
    if (record instanceof LogRecord.Restate || record instanceof LogRecord.Retire) {
      at.segment().addLiveBytes(RecordCodec.length(record, at.position()));
    }
  }

  private boolean isSaidAgain(LogRecord.DefineCollection define) {
    VectorCollection known = byId.get(define.id());
    return known != null && definition(known).equals(define);
  }

  /// What the host was about to do, and maybe did, as the last that the log says.
  Optional<LogRecord.Intend> intent() {
    return intent;
  }

  /// Goes on with an intent that the log ended with.
  void resume(LogRecord.Intend open) {
    intent = Optional.of(open);
  }

  /// Drops what the change left without vectors, and hands over what listeners are to hear.
  List<Runnable> endChange() {
    catalogue.prune();
    List<Runnable> heard = List.copyOf(news);
    news.clear();
    return heard;
  }

  /// Ends the replay: entries that came in it and survived get their slots, in the order of the
  /// log.
  void endReplay() {
    for (Entry entry : unplaced) {
      if (entry.isLive()) {
        entry.collection().publish(entry);
      }
    }
    unplaced.clear();
    replaying = false;
  }

  /// Puts a collection back that a checkpoint has, without its entries.
  VectorCollection restoreCollection(LogRecord.DefineCollection define) throws StoreBroken {
    define(define);
    return collection(define.id());
  }

  /// The live entry whose record lies at this place, about to be moved.
  Optional<Entry> entryAt(LogRecord.Relocate record, LogSegment segment, long position) {
    Optional<VectorCollection> collection = Optional.ofNullable(byId.get(record.collection()));
    boolean lies =
        catalogue
            .findNode(record.node())
            .flatMap(node -> entry(node, collection))
            .filter(entry -> entry.segment() == segment && entry.position() == position)
            .isPresent();
    return lies
        ? catalogue.findToChange(record.node()).flatMap(file -> entry(file, collection))
        : Optional.empty();
  }

  private static Optional<Entry> entry(Node node, Optional<VectorCollection> collection) {
    return node instanceof FileNode file ? collection.flatMap(file::entry) : Optional.empty();
  }

  /// Lets an entry, live or not, lie where its copy does. No reader may be at it.
  void place(Entry entry, LogPosition at) {
    int live = entry.isLive() ? 1 : 0;
    entry.segment().addLiveBytes(-live * (long) entry.recordBytes());
    entry.place(at);
    entry.segment().addLiveBytes(live * (long) entry.recordBytes());
    catalogue.entriesChanged(entry.file());
  }

  /// Gives the live entry that has the highest slots of a collection below `below` lower ones,
  /// where there are enough; its old ones die. Nothing of it is logged: slots are no part of what a
  /// store holds. Like a change, it is ended by [#endChange].
  ///
  /// @return the first slot that it had; nothing where there are not enough
  OptionalInt moveDown(VectorCollection collection, int below) {
    Optional<Entry> highest = collection.highest(below).filter(collection::hasFreeBelow);
    if (highest.isEmpty()) {
      return OptionalInt.empty();
    }
    FileNode file = catalogue.findToChange(highest.get().file().id()).orElseThrow();
    Entry old = file.entry(collection).orElseThrow();
    Entry moved = old.again();
    file.addEntry(moved);
    moved.segment().addLiveBytes(moved.recordBytes());
    collection.publish(moved);
    tell(collection, listener -> listener.added(moved.firstSlot(), moved.rows()));
    file.removeEntry(old);
    retire(old);
    catalogue.entriesChanged(file);
    return OptionalInt.of(old.firstSlot());
  }

  /// Lets others have the dead slots that the listeners have let go of. No reader may be at them.
  void releaseSlots() {
    byId.values().forEach(VectorCollection::releaseSlots);
  }

  private void define(LogRecord.DefineCollection define) throws StoreBroken {
    Metric metric =
        Metric.ofId(define.metric())
            .orElseThrow(() -> new StoreBroken("no metric is called " + define.metric()));
    Optional<String> embedder =
        Optional.of(define.embedder()).filter(name -> !name.isEmpty()).map(TreePath::textOfBytes);
    VectorCollection known = byId.get(define.id());
    if (known == null) {
      known = new VectorCollection(define.id(), define.name(), metric, embedder);
      byId.put(define.id(), known);
      if (byName.put(define.name(), known) != null) {
        throw new StoreBroken("two collections are called " + define.name());
      }
    } else if (known.dimension() != 0 || !known.name().equals(define.name())) {
      throw new StoreBroken("collection " + define.id() + " is defined twice");
    }
    known.redefine(metric, define.dimension(), embedder);
  }

  private void put(LogRecord.Put put, LogPosition at) throws StoreBroken {
    VectorCollection collection = collection(put.collection());
    if (put.dimension() != collection.dimension()) {
      throw new StoreBroken(
          "a vector of dimension " + put.dimension() + " in a collection of another");
    }
    FileNode file = catalogue.file(put.node());
    Optional<Entry> replaced = file.entry(collection);
    Entry entry = new Entry(file, collection, put.rows(), at);
    file.addEntry(entry);
    entry.segment().addLiveBytes(entry.recordBytes());
    catalogue.entriesChanged(file);
    if (replaying) {
      unplaced.add(entry);
    } else {
      collection.publish(entry);
      int first = entry.firstSlot();
      tell(collection, listener -> listener.added(first, put.rows()));
    }
    replaced.ifPresent(old -> {
      file.removeEntry(old);
      retire(old);
    });
  }

  private void delete(LogRecord.Delete delete) throws StoreBroken {
    FileNode file = catalogue.file(delete.node());
    Entry entry =
        file.entry(collection(delete.collection()))
            .orElseThrow(() -> new StoreBroken("an entry is deleted that is not there"));
    file.removeEntry(entry);
    retire(entry);
    catalogue.entriesChanged(file);
    catalogue.touch(file);
  }

  /// Replays what compaction did; while the store is in use, compaction itself calls [#place] once
  /// no reader is at the entries that it copied.
  private void relocate(LogRecord.Relocate relocate, LogPosition at) throws StoreBroken {
    Entry entry =
        catalogue
            .file(relocate.node())
            .entry(collection(relocate.collection()))
            .orElseThrow(() -> new StoreBroken("an entry moves that is not there"));
    if (entry.rows() != relocate.rows() || entry.dimension() != relocate.dimension()) {
      throw new StoreBroken("an entry moves and is another after it");
    }
    if (replaying) {
      place(entry, at);
    }
  }

  private void retire(Entry entry) {
    VectorCollection collection = entry.collection();
    collection.retire(entry);
    entry.segment().addLiveBytes(-entry.recordBytes());
    if (replaying) {
      collection.releaseSlots();
    } else {
      tell(
          collection,
          listener -> {
            for (int row = 0; row < entry.rows(); row++) {
              listener.removed(entry.firstSlot() + row);
            }
          });
    }
  }

  private void tell(VectorCollection collection, Consumer<SlotListener> news) {
    for (SlotListener listener : collection.listeners()) {
      this.news.add(() -> news.accept(listener));
    }
  }
}
