package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.search.CollectionConfig;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// A collection's `config`, open for writing: the settings take effect with the write that
/// completes the JSON object.
final class ConfigHandle implements VirtualHandle {
  private static final int MAX_BYTES = 64 << 10;

  private final VectorStore store;
  private final String collection;

  private final ReentrantLock lock = new ReentrantLock();

  /// What was written of an object that is not closed yet.
  @GuardedBy("lock")
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  ConfigHandle(VectorStore store, String collection) {
    this.store = store;
    this.collection = collection;
  }

  @Override
  public Content read(Host host, long offset, int size) {
    byte[] content = CollectionConfig.format(collection, store.collection(collection));
    return Content.OfBytes.range(content, offset, size);
  }

  @Override
  public void write(Host host, long offset, byte[] data) throws VectorFailure {
    lock.lock();
    try {
      if (written.size() + data.length > MAX_BYTES) {
        written.reset();
        throw new VectorFailure.TooLarge("a config has at most " + MAX_BYTES + " bytes");
      }
      written.writeBytes(data);
      if (!CollectionConfig.isCutOff(written.toByteArray(), written.size())) {
        apply();
      }
    } finally {
      lock.unlock();
    }
  }

  /// An object that was never closed is malformed.
  @Override
  public void flush(Host host) throws VectorFailure {
    lock.lock();
    try {
      if (written.size() > 0) {
        apply();
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void apply() throws VectorFailure {
    byte[] bytes = written.toByteArray();
    written.reset();
    if (new String(bytes, StandardCharsets.UTF_8).isBlank()) {
      return;
    }
    Optional<VectorCollection> present = store.collection(collection);
    CollectionConfig before =
        present
            .map(known -> new CollectionConfig(known.metric(), known.embedder()))
            .orElse(CollectionConfig.DEFAULT);
    int dimension = present.map(VectorCollection::dimension).orElse(0);
    CollectionConfig config = CollectionConfig.parse(bytes, bytes.length, before, dimension);
    store.configure(collection, config.metric(), config.embedder());
  }
}
