package org.vexfs.daemon.fuse;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.Histogram;
import org.vexfs.daemon.base.Histograms;
import org.vexfs.daemon.control.Figures;
import org.vexfs.daemon.control.Figures.Spread;

/// How many requests of what kind there were, how long they took from their receipt to their end,
/// and how they failed. An errno is no fault of the daemon's: most look-ups that fail are of names
/// that are not there.
final class RequestFigures {
  private final Histograms<Operation> nanos = new Histograms<>(Operation.class);
  private final Map<Failure, LongAdder> failures = new ConcurrentHashMap<>();

  private record Failure(Operation operation, int errno) {}

  /// A request has ended.
  ///
  /// @param took nanoseconds since it was received
  /// @param errno what its caller got; 0 for success
  void ended(Operation operation, long took, int errno) {
    nanos.of(operation).record(took);
    if (errno != 0) {
      failures.computeIfAbsent(new Failure(operation, errno), _ -> new LongAdder()).increment();
    }
  }

  /// Adds what there was of each operation.
  void addTo(Figures figures) {
    long all = 0;
    for (Operation operation : Operation.values()) {
      Histogram.Snapshot times = nanos.of(operation).snapshot();
      if (times.count() == 0) {
        continue;
      }
      Figures.Subject subject = figures.operation(operation.label());
      subject.spread("seconds", "Time from receiving a request to its end.", times, Spread.SECONDS);
      long failed = 0;
      Map<String, Long> byName = new TreeMap<>();
      for (Map.Entry<Failure, LongAdder> known : failures.entrySet()) {
        if (known.getKey().operation() == operation) {
          byName.put(Errno.nameOf(known.getKey().errno()), known.getValue().sum());
          failed += known.getValue().sum();
        }
      }
      subject.counter("errors", "Requests that were answered with an errno.", failed);
      subject.counters("errors_by", "errno", "Requests that were answered with this.", byName);
      all += failed;
    }
    figures.counter("request_errors", "Requests that were answered with an errno.", all);
  }
}
