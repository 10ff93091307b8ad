package org.vexfs.daemon.fuse;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.FlightEvents;
import org.vexfs.daemon.base.LogLevel;

/// A request from its receipt to its end.
final class UnderWay {
  private static final Logger LOG = LoggerFactory.getLogger(UnderWay.class);

  private final FsRequest request;
  private final long startNanos = System.nanoTime();

  /// Who has received it, and answers it.
  private final Thread thread = Thread.currentThread();

  /// Whether it has been reported as slow. For the thread that looks for those.
  private boolean isReported;

  /// A request that the calling thread has received.
  UnderWay(FsRequest request) {
    this.request = request;
  }

  FsRequest request() {
    return request;
  }

  long nanos() {
    return System.nanoTime() - startNanos;
  }

  /// Tells the log and the Flight Recorder, where they want to know, that it has ended.
  void record() {
    if (LogLevel.TRACE.isLogged()) {
      LOG.trace(
          "{} of node {}: errno {}, {} us",
          request.operation().label(),
          request.subject().value(),
          request.reply().errno(),
          nanos() / 1000);
    }
    FlightEvents.request(
        request.operation().label(),
        request.subject().value(),
        startNanos,
        request.reply().errno());
  }

  /// Whether it is to be reported for having lasted so long; once.
  boolean becomesReported(long limitNanos) {
    if (isReported || mayWait() || nanos() < limitNanos) {
      return false;
    }
    isReported = true;
    return true;
  }

  /// Whether it waits for as long as another program wants.
  private boolean mayWait() {
    return request instanceof FsRequest.LockFile
        || (request instanceof FsRequest.LockRange range && range.waits());
  }

  /// What its thread is doing, a line a frame.
  String stack() {
    StringBuilder text = new StringBuilder();
    for (StackTraceElement frame : thread.getStackTrace()) {
      text.append(text.isEmpty() ? "" : "\n").append("  at ").append(frame);
    }
    return text.isEmpty() ? "  it has just ended" : text.toString();
  }
}
