package org.vexfs.daemon.base;

import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// The rule that vector work never runs above a native frame that called back into Java: how deep
/// it goes is nobody's to say, and the stack below it is libfuse's.
///
/// Where vector work begins, it asks [#refuseVectorWork] first. It is asked in production too; a
/// breach is a defect, and its request fails.
public final class NativeCallback {
  private static final ScopedValue<Callee> CALLEE = ScopedValue.newInstance();

  private static final LongAdder BEGUN = new LongAdder();
  private static final LongAdder REFUSED = new LongAdder();

  private NativeCallback() {}

  /// What has native code call back on several threads, one at a time.
  public interface Callee {
    /// Whether a native frame that has called back lies on the stack of the calling thread.
    boolean isInCallback();
  }

  /// Runs what may have native code call `callee` back on this thread.
  public static void allowing(Callee callee, Runnable work) {
    ScopedValue.where(CALLEE, callee).run(work);
  }

  /// What this thread may have called back; nothing on threads of no such work.
  public static Optional<Callee> callee() {
    return CALLEE.isBound() ? Optional.of(CALLEE.get()) : Optional.empty();
  }

  /// Vector work begins on this thread.
  ///
  /// @throws IllegalStateException in a callback
  public static void refuseVectorWork() {
    BEGUN.increment();
    if (CALLEE.isBound() && CALLEE.get().isInCallback()) {
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
