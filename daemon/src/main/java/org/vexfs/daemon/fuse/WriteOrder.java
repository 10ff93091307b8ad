package org.vexfs.daemon.fuse;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.vexfs.daemon.base.NodeId;

/// Which writes to each file have arrived and are not done, for reads that arrive behind them.
///
/// The kernel may drop a page that it has taken from a writer while the write is on its way here:
/// it does so whenever it is told of another modification time. Whoever then reads the page has it
/// brought anew, and what is brought stays in the kernel's cache. So a read that arrives after a
/// write must see what that wrote, though each request has a thread of its own.
final class WriteOrder {
  private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

  /// For each file with writes that are not done, what is complete when all of them are.
  private final ConcurrentHashMap<NodeId, CompletableFuture<Void>> pending =
      new ConcurrentHashMap<>();

  /// A write has arrived.
  ///
  /// @return to be completed when it is done, whether or not it has failed
  CompletableFuture<Void> add(NodeId file) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletableFuture<Void> all =
        pending.merge(file, done, (before, one) -> CompletableFuture.allOf(before, one));
    CompletableFuture<Void> _ = all.thenRun(() -> pending.remove(file, all));
    return done;
  }

  /// What is complete when the writes to `file` that have arrived by now are done.
  CompletableFuture<Void> before(NodeId file) {
    return pending.getOrDefault(file, NOTHING);
  }

  /// Number of files with writes that are not done.
  int size() {
    return pending.size();
  }
}
