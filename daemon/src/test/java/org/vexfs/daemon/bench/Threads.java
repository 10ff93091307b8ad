package org.vexfs.daemon.bench;

import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Runs the same on several threads at once.
final class Threads {
  private Threads() {}

  /// Runs `task` with 0 … `threads` - 1, each on a thread of its own, until all are done.
  static void run(int threads, IntConsumer task) {
    CompletableFuture.allOf(
            IntStream.range(0, threads)
                .mapToObj(index ->
                    CompletableFuture.runAsync(
                        () -> task.accept(index),
                        run -> Thread.ofPlatform().name("bench-" + index).start(run)))
                .toArray(CompletableFuture[]::new))
        .join();
  }
}
