package org.vexfs.daemon.control;

import java.math.BigDecimal;
import java.time.Instant;
import org.vexfs.daemon.search.CacheFigures;
import org.vexfs.daemon.search.SearchServices;
import org.vexfs.daemon.search.SearchTimes;
import org.vexfs.daemon.store.CheckpointState;
import org.vexfs.daemon.store.StoreState;
import org.vexfs.daemon.store.VectorCollection;

/// Figures of the store and of its collections.
final class StoreFigures {
  private StoreFigures() {}

  static void addTo(Figures figures, SearchServices search) {
    StoreState state = search.store().state();
    figures.gauge("entries", "Entries: files with vectors, in all collections.", state.entries());
    long rows = 0;
    for (VectorCollection collection : search.store().collections()) {
      rows += collection.liveRows();
      add(figures.collection(collection.name(), collection.metric().id()), collection, search);
    }
    figures.gauge("vectors", "Vectors: rows of all entries.", rows);
    figures.gauge("segments", "Files of the vector log.", state.segments());
    figures.gauge("log_bytes", "Bytes in the vector log.", state.bytes());
    figures.gauge("live_bytes", "Bytes of the log that hold live vectors.", state.liveBytes());
    figures.gauge(
        "dead_bytes", "Bytes of the log that compaction may give back.", state.deadBytes());
    figures.counter("log_flushes", "How often the log was made durable.", state.flushes());
    add(figures, state.checkpoint());
    for (SearchTimes.Stage stage : SearchTimes.Stage.values()) {
      SearchCounts.stage(figures, stage.label(), search.engine().times().of(stage));
    }
    figures.gauge(
        "searches_waiting", "Searches that wait for others to end.", search.engine().waiting());
    figures.gauge(
        "read_only",
        "Whether the store takes no changes any more.",
        state.readOnlyCause().isPresent() ? 1 : 0);
    add(figures, search.engine().cacheFigures());
  }

  private static void add(Figures figures, CheckpointState checkpoint) {
    figures.gauge(
        "checkpoint_number", "Latest checkpoint, 0 before the first.", checkpoint.number());
    figures.gauge(
        "checkpoint_time_seconds",
        "When it was written, since 1970, 0 before the first.",
        BigDecimal.valueOf(checkpoint.written().map(Instant::toEpochMilli).orElse(0L), 3));
    figures.gauge(
        "replay_bytes", "Bytes of the log that a start would replay.", checkpoint.replayBytes());
  }

  private static void add(Figures figures, CacheFigures cache) {
    figures.counter(
        "result_cache_lookups", "Searches that might have been answered before.", cache.lookups());
    figures.counter(
        "result_cache_hits", "Searches that were, and were given that answer.", cache.hits());
    figures.gauge("result_cache_entries", "Answers that are kept.", cache.entries());
    figures.gauge("result_cache_bytes", "About what they take.", cache.bytes());
  }

  static Figures.Subject of(VectorCollection collection, SearchServices search) {
    Figures.Subject figures = new Figures().collection(collection.name(), collection.metric().id());
    add(figures, collection, search);
    return figures;
  }

  private static void add(
      Figures.Subject figures, VectorCollection collection, SearchServices search) {
    int pending = search.indexes().pendingSlots(collection);
    figures.gauge("dimension", "Values of a vector, 0 before the first.", collection.dimension());
    figures.gauge("entries", "Files that have vectors in it.", collection.entryCount());
    figures.gauge("rows", "Vectors in it.", collection.liveRows());
    figures.gauge(
        "pending_rows", "Vectors that are not in the graph yet and are compared singly.", pending);
    figures.gauge("graph_complete", "Whether the graph has all vectors.", pending == 0 ? 1 : 0);
    figures.gauge("slots", "Places for vectors that were given out.", collection.slotLimit());
    figures.gauge("free_slots", "Places that are free to be given out.", collection.freeSlots());
  }
}
