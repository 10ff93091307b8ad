package org.vexfs.daemon.base;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A part of the daemon that comes up behind the mount: initialised once, by whoever asks first, in
/// a thread of its own; everybody else waits for the same initialisation.
///
/// One that failed is tried again when it is asked for, though not before some time has passed,
/// which doubles with each attempt: what kept it down may have gone, such as a disk that did not
/// answer. Until then whoever asks gets the cause.
///
/// @param <T> what initialisation yields
public final class Component<T> {
  private static final Duration FIRST_RETRY = Duration.ofSeconds(30);

  /// After 32 times as long it does not take any longer.
  private static final int MAX_DOUBLINGS = 5;

  /// How far a component is; shown in `status`.
  public enum State {
    /// Nobody asked for it yet.
    PENDING("pending"),
    /// Being initialised.
    IN_PROGRESS("in progress"),
    /// In use.
    READY("ready"),
    /// Initialisation failed; the cause is kept.
    FAILED("failed");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /// What `status` calls it.
    public String text() {
      return text;
    }
  }

  /// Brings a component up.
  ///
  /// @param <T> what it yields
  @FunctionalInterface
  public interface Initialiser<T> {
    /// Runs once, and again where it has failed.
    T initialise() throws VectorFailure;
  }

  /// How far a component is.
  ///
  /// @param attempts how often it was tried
  /// @param took how long the last attempt took, or has taken by now
  /// @param failure why that failed, where it did
  /// @param retryIn how soon asking for it tries again; nothing where it did not fail
  public record Progress(
      State state,
      int attempts,
      Duration took,
      Optional<VectorFailure> failure,
      Optional<Duration> retryIn) {}

  /// One initialisation.
  private static final class Attempt<T> {
    private final int number;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private volatile long endNanos;
    private volatile State state = State.IN_PROGRESS;

    Attempt(int number) {
      this.number = number;
    }

    void end(State newState) {
      endNanos = System.nanoTime();
      state = newState;
    }

    Duration took() {
      long until = state == State.IN_PROGRESS ? System.nanoTime() : endNanos;
      return Duration.ofNanos(until - startNanos);
    }
  }

  private final String name;
  private final Initialiser<T> initialiser;
  private final Duration firstRetry;

  /// The last one; set under this object's lock.
  private volatile @Nullable Attempt<T> attempt;

  /// A component that nobody has asked for yet.
  public Component(String name, Initialiser<T> initialiser) {
    this(name, initialiser, FIRST_RETRY);
  }

  /// The same, with the time after which the first failure is made up for.
  Component(String name, Initialiser<T> initialiser, Duration firstRetry) {
    this.name = name;
    this.initialiser = initialiser;
    this.firstRetry = firstRetry;
  }

  /// What `status` calls it.
  public String name() {
    return name;
  }

  /// How far it is.
  public State state() {
    @Nullable Attempt<T> last = attempt;
    return last == null ? State.PENDING : last.state;
  }

  /// How far it is, and what that took.
  public Progress progress() {
    @Nullable Attempt<T> last = attempt;
    if (last == null) {
      return new Progress(State.PENDING, 0, Duration.ZERO, Optional.empty(), Optional.empty());
    }
    State state = last.state;
    boolean failed = state == State.FAILED;
    return new Progress(
        state,
        last.number,
        last.took(),
        failed ? Optional.of(asFailure(last.outcome.exceptionNow())) : Optional.empty(),
        failed ? Optional.of(Duration.ofNanos(Math.max(0, untilRetry(last)))) : Optional.empty());
  }

  /// What it yielded, where it is ready.
  public Optional<T> ifReady() {
    @Nullable Attempt<T> last = attempt;
    return last != null && last.state == State.READY
        ? Optional.of(last.outcome.resultNow())
        : Optional.empty();
  }

  /// Starts initialisation unless somebody has, or its failure is too recent.
  public void start() {
    Attempt<T> _ = started();
  }

  private Attempt<T> started() {
    @Nullable Attempt<T> last = attempt;
    if (last != null && !isDue(last)) {
      return last;
    }
    synchronized (this) {
      @Nullable Attempt<T> present = attempt;
      return present != null && !isDue(present) ? present : begin(present);
    }
  }

  @GuardedBy("this")
  private Attempt<T> begin(@Nullable Attempt<T> before) {
    Attempt<T> begun = new Attempt<>(before == null ? 1 : before.number + 1);
    attempt = begun;
    Thread.ofPlatform().name("vexfs-" + name).daemon().start(() -> initialise(begun));
    return begun;
  }

  private boolean isDue(Attempt<T> last) {
    return last.state == State.FAILED && untilRetry(last) <= 0;
  }

  private long untilRetry(Attempt<T> failed) {
    long pause = firstRetry.toNanos() << Math.min(failed.number - 1, MAX_DOUBLINGS);
    return failed.endNanos + pause - System.nanoTime();
  }

  /// What it yields, once it is ready; waits no longer than `patience`.
  ///
  /// @throws VectorFailure the cause where it failed, [VectorFailure.NotReady] where patience ran
  ///   out
  public T get(Duration patience) throws VectorFailure {
    try {
      return started().outcome.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw asFailure(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new VectorFailure.NotReady(
          name + " is still coming up after " + patience.toMillis() + " ms; try again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VectorFailure.NotReady("interrupted while waiting for " + name);
    }
  }

  private void initialise(Attempt<T> begun) {
    try {
      T value = initialiser.initialise();
      begun.outcome.complete(value);
      begun.end(State.READY);
    } catch (VectorFailure | RuntimeException | Error e) {
      begun.outcome.completeExceptionally(e);
      begun.end(State.FAILED);
    }
  }

  private VectorFailure asFailure(Throwable t) {
    return t instanceof VectorFailure failure
        ? failure
        : new VectorFailure.StoreBroken(name + " could not be initialised: " + t);
  }
}
