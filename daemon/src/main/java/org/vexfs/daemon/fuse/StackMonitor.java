package org.vexfs.daemon.fuse;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.Histogram;
import org.vexfs.daemon.base.Histograms;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.control.Figures;
import org.vexfs.daemon.control.Figures.Spread;

/// Watches how much native stack the callbacks from libfuse use: what lies between the call of
/// `fuse_session_process_buf` and the deepest place at which the callback looks ([Receiver#probe]).
///
/// A sample of the requests is measured, one in [Limits#sampleEvery]. Each operation that goes over
/// a limit is logged once for each limit, and counted every time. Measured by one thread at a time,
/// that which receives; read on any.
public final class StackMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(StackMonitor.class);

  /// What is no depth of a callback: the offset of the stack pointer must be another on this
  /// system.
  private static final long MAX_CREDIBLE_BYTES = 1 << 20;

  private final Limits limits;

  private final Histograms<Operation> depths = new Histograms<>(Operation.class);
  private final Level warning;
  private final Level critical;
  private int untilNext;
  private volatile boolean isOn;

  /// When to measure, and what to say of it.
  ///
  /// @param sampleEvery one request in so many is measured, each if 1, none if 0
  /// @param warningBytes what is too much for comfort
  /// @param criticalBytes what is too much
  public record Limits(int sampleEvery, long warningBytes, long criticalBytes) {
    /// A sample, and the limits that the design set out with: 6 and 7 KiB.
    public static final Limits DEFAULT = new Limits(64, 6 << 10, 7 << 10);

    /// The same limits with another sample.
    public Limits withSampleEvery(int requests) {
      return new Limits(requests, warningBytes, criticalBytes);
    }
  }

  /// A limit, and who went over it.
  private static final class Level {
    private final long bytes;
    private final LongAdder passed = new LongAdder();
    private final Set<Operation> known = EnumSet.noneOf(Operation.class);

    Level(long bytes) {
      this.bytes = bytes;
    }

    /// Counts a depth that is over the limit; whether it is the first of its operation.
    boolean isFirstPassedBy(Operation operation, long depth) {
      if (depth < bytes) {
        return false;
      }
      passed.increment();
      return known.add(operation);
    }
  }

  StackMonitor(Limits limits) {
    this.limits = limits;
    this.warning = new Level(limits.warningBytes());
    this.critical = new Level(limits.criticalBytes());
    this.isOn = limits.sampleEvery() > 0 && StackPointer.isKnown();
  }

  /// Whether anything is measured.
  boolean isOn() {
    return isOn;
  }

  /// Whether to measure the next request; counts it. For the thread that receives.
  boolean isDue() {
    if (!isOn) {
      return false;
    }
    if (untilNext == 0) {
      untilNext = limits.sampleEvery();
    }
    untilNext--;
    return untilNext == 0;
  }

  /// Takes a measurement. For the thread that receives.
  ///
  /// @param depth in bytes
  void record(Operation operation, long depth) {
    if (depth < 0 || depth > MAX_CREDIBLE_BYTES) {
      isOn = false;
      LOG.error("A callback's stack of {} bytes is none: no more is measured", depth);
      return;
    }
    depths.of(operation).record(depth);
    boolean isFirstWarning = warning.isFirstPassedBy(operation, depth);
    if (critical.isFirstPassedBy(operation, depth)) {
      LOG.error(
          "The callback of {} uses {} bytes of stack, more than the critical {}",
          operation.label(),
          depth,
          critical.bytes);
    } else if (isFirstWarning) {
      LOG.warn(
          "The callback of {} uses {} bytes of stack, more than {}",
          operation.label(),
          depth,
          warning.bytes);
    }
  }

  /// The depths of an operation's callbacks by now, in bytes.
  Histogram.Snapshot depths(Operation operation) {
    return depths.of(operation).snapshot();
  }

  /// Adds what was measured.
  void addTo(Figures figures) {
    long max = 0;
    long samples = 0;
    for (Operation operation : Operation.values()) {
      Histogram.Snapshot measured = depths(operation);
      if (measured.count() > 0) {
        max = Math.max(max, measured.max());
        samples += measured.count();
        figures
            .operation(operation.label())
            .spread("stack_bytes", "Native stack in use in its callbacks.", measured, Spread.BYTES);
      }
    }
    figures.gauge("stack_max_bytes", "The most native stack that a callback used.", max);
    figures.counter("stack_samples", "Callbacks whose stack was measured.", samples);
    figures.counter(
        "stack_warnings",
        "Callbacks whose stack was over the limit stack_warning.",
        warning.passed.sum());
    figures.counter(
        "stack_criticals",
        "Callbacks whose stack was over the limit stack_critical.",
        critical.passed.sum());
    figures.counter("vector_work", "Times that vector work began.", NativeCallback.vectorWork());
    figures.counter(
        "vector_work_in_callback",
        "Times that it would have begun in a callback, which is a defect.",
        NativeCallback.refusals());
  }
}
