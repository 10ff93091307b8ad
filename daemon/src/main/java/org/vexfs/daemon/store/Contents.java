package org.vexfs.daemon.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private boolean replaying = true;
  private long liveBytes;
  private long deadBytes;

  Catalogue catalogue() {
    return catalogue;
  }

  /// By name, in the order of names.
  Map<String, VectorCollection> collections() {
    return byName;
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

  /// Bytes of the log's records that hold live vectors.
  long liveBytes() {
    return liveBytes;
  }

  /// Bytes of the log's records that hold vectors which were deleted or replaced.
  long deadBytes() {
    return deadBytes;
  }

  /// Entries of all collections.
  long entries() {
    return byName.values().stream().mapToLong(VectorCollection::entryCount).sum();
  }

  /// Does what a record says. At the end of a change comes [#endChange].
  void apply(LogRecord record, LogPosition at) throws StoreBroken {
    switch (record) {
      case LogRecord.DefineCollection define -> define(define);
      case LogRecord.CreateNode create -> catalogue.create(create);
      case LogRecord.Link link -> catalogue.link(link);
      case LogRecord.Move move -> catalogue.move(move);
      case LogRecord.Exchange exchange -> catalogue.exchange(exchange);
      case LogRecord.Unlink unlink -> catalogue.unlink(unlink);
      case LogRecord.Rebind rebind -> catalogue.rebind(rebind);
      case LogRecord.Put put -> put(put, at);
      case LogRecord.Delete delete -> delete(delete);
      case LogRecord.Seal _ -> {}
    }
  }

  /// Drops what the change left without vectors, and hands over what listeners are to hear.
  List<Runnable> endChange() {
    catalogue.prune();
    List<Runnable> heard = List.copyOf(news);
    news.clear();
    return heard;
  }

  /// Ends the replay: entries that survived it get their slots, in the order of the log.
  void endReplay() {
    catalogue
        .files()
        .flatMap(file -> file.entries().stream())
        .sorted(
            Comparator.comparingLong((Entry entry) -> entry.segment().number())
                .thenComparingLong(Entry::position))
        .forEach(entry -> entry.collection().publish(entry));
    replaying = false;
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
    Entry entry = new Entry(file, collection, put, at);
    file.addEntry(entry);
    liveBytes += entry.recordBytes();
    if (!replaying) {
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
    catalogue.touch(file);
  }

  private void retire(Entry entry) {
    VectorCollection collection = entry.collection();
    collection.retire(entry);
    liveBytes -= entry.recordBytes();
    deadBytes += entry.recordBytes();
    if (!replaying) {
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
