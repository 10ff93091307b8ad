package org.vexfs.daemon.control;

import java.util.concurrent.atomic.LongAdder;
import org.vexfs.daemon.base.Histogram;
import org.vexfs.daemon.control.Figures.Spread;

/// How much was searched since the start, whoever asked and by whatever file.
final class SearchCounts {
  private static final double NANOS = 1e9;

  private final LongAdder failures = new LongAdder();
  private final Histogram all = new Histogram();
  private final Histogram parsing = new Histogram();
  private final Histogram writing = new Histogram();

  /// The bytes of a query were understood.
  void parsed(long startNanos) {
    parsing.record(System.nanoTime() - startNanos);
  }

  /// A search came to an end.
  void searched(long startNanos, boolean answered) {
    all.record(System.nanoTime() - startNanos);
    if (!answered) {
      failures.increment();
    }
  }

  /// An answer became bytes.
  void written(long startNanos) {
    writing.record(System.nanoTime() - startNanos);
  }

  void addTo(Figures figures) {
    Histogram.Snapshot searches = all.snapshot();
    figures.counter("searches", "Searches, refused ones included.", searches.count());
    figures.counter("search_failures", "Searches that were refused or failed.", failures.sum());
    figures.counter("search_seconds", "Time spent searching.", searches.sum() / NANOS);
    stage(figures, "parse", parsing.snapshot());
    stage(figures, "write", writing.snapshot());
    stage(figures, "search", searches);
  }

  /// Adds how long a stage of searches takes.
  static void stage(Figures figures, String name, Histogram.Snapshot nanos) {
    figures
        .searchStage(name)
        .spread("seconds", "Time in a stage of searches.", nanos, Spread.SECONDS);
  }
}
