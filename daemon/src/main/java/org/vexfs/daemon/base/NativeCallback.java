package org.vexfs.daemon.base;

import java.util.concurrent.atomic.LongAdder;

/// The rule that vector work never runs above a native frame that called back into Java: how deep
/// it goes is nobody's to say, and the stack below it is libfuse's.
///
/// Where vector work begins, it asks [#refuseVectorWork] first. That costs a few nanoseconds, so it
/// is asked in production too; a breach is a defect, and its request fails.
public final class NativeCallback {
  private static final LongAdder BEGUN = new LongAdder();
  private static final LongAdder REFUSED = new LongAdder();

  private NativeCallback() {}

  /// A thread that native code calls back on.
  public interface Callee {
    /// Whether a native frame lies on its stack that has called back; asked on this thread alone.
    boolean isInCallback();
  }

  /// Vector work begins on this thread.
  ///
  /// @throws IllegalStateException in a callback
  public static void refuseVectorWork() {
    BEGUN.increment();
    if (Thread.currentThread() instanceof Callee callee && callee.isInCallback()) {
      REFUSED.increment();
      throw new IllegalStateException("vector work in a native callback");
    }
  }

  /// How often vector work began.
  public static long vectorWork() {
    return BEGUN.sum();
  }

  /// How often it would have begun in a callback.
  public static long refusals() {
    return REFUSED.sum();
  }
}
