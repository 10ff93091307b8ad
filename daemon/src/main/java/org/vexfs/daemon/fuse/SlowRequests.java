package org.vexfs.daemon.fuse;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.ThreadEnd;
import org.vexfs.daemon.control.Figures;

/// Knows the requests that are under way, and reports each that lasts too long, once, with the
/// stack of its thread. Those that wait for a lock may.
final class SlowRequests implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlowRequests.class);

  /// How often within the limit requests are looked at.
  private static final int LOOKS = 4;

  private static final double NANOS = 1e9;

  private final Set<UnderWay> underWay = ConcurrentHashMap.newKeySet();
  private final LongAdder reported = new LongAdder();
  private final long limitNanos;
  private final Thread thread = Thread.ofVirtual().name("slow-requests").unstarted(this::watch);

  /// @param limit what is too long; zero for never
  SlowRequests(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  /// Begins to look.
  void start() {
    if (limitNanos > 0) {
      thread.start();
    }
  }

  UnderWay begin(FsRequest request) {
    UnderWay begun = new UnderWay(request);
    underWay.add(begun);
    return begun;
  }

  void end(UnderWay ended) {
    underWay.remove(ended);
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(Duration.ofNanos(limitNanos / LOOKS));
        look();
      }
    } catch (InterruptedException end) {
      LOG.debug("No longer watched");
    }
  }

  /// Reports what has become too slow.
  void look() {
    for (UnderWay request : underWay) {
      if (request.becomesReported(limitNanos)) {
        reported.increment();
        LOG.warn(
            "{} of node {} has taken {} s so far; its thread:\n{}",
            request.request().operation().label(),
            request.request().subject().value(),
            Math.round(request.nanos() / NANOS * 10) / 10.0,
            request.stack());
      }
    }
  }

  /// Requests that are under way.
  int count() {
    return underWay.size();
  }

  /// Requests that were reported.
  long reportedCount() {
    return reported.sum();
  }

  /// Adds how many requests are under way, and for how long.
  void addTo(Figures figures) {
    long oldest = underWay.stream().mapToLong(UnderWay::nanos).max().orElse(0);
    figures.gauge("requests_under_way", "Requests that have not ended.", underWay.size());
    figures.gauge(
        "oldest_request_seconds", "For how long the oldest of them has lasted.", oldest / NANOS);
    figures.counter("slow_requests", "Requests that lasted too long.", reported.sum());
  }

  @Override
  public void close() {
    thread.interrupt();
    if (limitNanos > 0) {
      ThreadEnd.await(thread);
    }
  }
}
