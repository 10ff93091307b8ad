package org.vexfs.daemon.app;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.Component;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.search.CollectionIndexes;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.SearchServices;
import org.vexfs.daemon.search.SearchTimes;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.UpkeepThread;
import org.vexfs.daemon.store.VectorStore;

/// The vector side of a daemon: the store, locked before the mount and recovered behind it, and the
/// search over it.
final class VectorServices implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VectorServices.class);

  private final UnrecoveredStore unrecovered;
  private final SearchTimes times;
  private final Component<VectorStore> store;
  private final Component<SearchServices> search;

  /// There once the store is.
  private volatile Optional<UpkeepThread> upkeep = Optional.empty();

  private VectorServices(UnrecoveredStore unrecovered, int sourceDescriptor, SearchTimes times) {
    this.times = times;
    this.unrecovered = unrecovered;
    this.store = new Component<>("store", () -> recover(unrecovered, sourceDescriptor));
    this.search = new Component<>("index", this::startSearch);
  }

  /// Opens and locks the store in `directory`.
  ///
  /// @param durability when a change counts as made
  /// @param times what hears how long searches take
  /// @param sourceDescriptor SOURCE, which the store asks about files that changed behind the mount
  static VectorServices open(
      HostDirectory directory,
      StoreOptions.Durability durability,
      SearchTimes times,
      int sourceDescriptor)
      throws VectorFailure {
    UnrecoveredStore unrecovered =
        UnrecoveredStore.open(directory, StoreOptions.DEFAULT.with(durability));
    return new VectorServices(unrecovered, sourceDescriptor, times);
  }

  Component<VectorStore> store() {
    return store;
  }

  Component<SearchServices> search() {
    return search;
  }

  private VectorStore recover(UnrecoveredStore unrecovered, int sourceDescriptor)
      throws VectorFailure {
    UnrecoveredStore.Recovered recovered = unrecovered.recover(new SourceProbe(sourceDescriptor));
    LOG.info(
        "Vector store is up: {} segments, {} records replayed after {}",
        recovered.report().segments(),
        recovered.report().records(),
        recovered.report().checkpoint().orElse("no checkpoint"));
    if (recovered.report().rebuilt()) {
      LOG.warn("No checkpoint of the vector store was left: it was rebuilt from its log alone");
    }
    recovered.report().tear().ifPresent(tear -> LOG.warn("{}", tear.describe()));
    recovered
        .report()
        .unsound()
        .forEach(name -> LOG.warn("{} holds no sound checkpoint and was not used", name));
    upkeep = Optional.of(UpkeepThread.over(recovered.store()));
    return recovered.store();
  }

  private SearchServices startSearch() throws VectorFailure {
    VectorStore recovered = store.get(Duration.ofDays(1));
    CollectionIndexes indexes = new CollectionIndexes(recovered);
    indexes.start();
    return new SearchServices(recovered, indexes, new KnnSearchEngine(recovered, indexes, times));
  }

  /// Ends indexing and upkeep, then makes the store durable and gives it back; no request is under
  /// way any more.
  @Override
  public void close() {
    search.ifReady().ifPresent(services -> services.indexes().close());
    upkeep.ifPresent(UpkeepThread::close);
    Optional<VectorStore> recovered = store.ifReady();
    try {
      if (recovered.isPresent()) {
        recovered.get().close();
      } else {
        unrecovered.close();
      }
    } catch (VectorFailure e) {
      LOG.error("{}", e.getMessage());
    }
  }
}
