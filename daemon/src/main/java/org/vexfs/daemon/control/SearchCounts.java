package org.vexfs.daemon.control;

import java.util.concurrent.atomic.LongAdder;

/// How much was searched since the start, whoever asked and by whatever file.
final class SearchCounts {
  private static final double NANOS = 1e9;

  private final LongAdder searches = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  /// A search came to an end.
  void searched(long startNanos, boolean answered) {
    searches.increment();
    nanos.add(System.nanoTime() - startNanos);
    if (!answered) {
      failures.increment();
    }
  }

  void addTo(Figures figures) {
    figures.counter("searches", "Searches, refused ones included.", searches.sum());
    figures.counter("search_failures", "Searches that were refused or failed.", failures.sum());
    figures.counter("search_seconds", "Time spent searching.", nanos.sum() / NANOS);
  }
}
