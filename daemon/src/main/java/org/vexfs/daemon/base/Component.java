package org.vexfs.daemon.base;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/// A part of the daemon that comes up behind the mount: initialised once, by whoever asks first, in
/// a thread of its own; everybody else waits for the same initialisation.
///
/// @param <T> what initialisation yields
public final class Component<T> {
  /// How far a component is; shown in `status`.
  public enum State {
    /// Nobody asked for it yet.
    PENDING,
    /// Being initialised.
    IN_PROGRESS,
    /// In use.
    READY,
    /// Initialisation failed; the cause is kept.
    FAILED
  }

  /// Brings a component up.
  ///
  /// @param <T> what it yields
  @FunctionalInterface
  public interface Initialiser<T> {
    /// Runs once.
    T initialise() throws VectorFailure;
  }

  private final String name;
  private final Initialiser<T> initialiser;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile State state = State.PENDING;
  private final CompletableFuture<T> outcome = new CompletableFuture<>();

  /// A component that nobody has asked for yet.
  public Component(String name, Initialiser<T> initialiser) {
    this.name = name;
    this.initialiser = initialiser;
  }

  /// What `status` calls it.
  public String name() {
    return name;
  }

  /// How far it is.
  public State state() {
    return state;
  }

  /// Why it failed, where it did.
  public Optional<VectorFailure> failure() {
    return outcome.isCompletedExceptionally()
        ? Optional.of(asFailure(outcome.exceptionNow()))
        : Optional.empty();
  }

  /// What it yielded, where it is ready.
  public Optional<T> ifReady() {
    return state == State.READY ? Optional.of(outcome.resultNow()) : Optional.empty();
  }

  /// Starts initialisation unless somebody has.
  public void start() {
    if (started.compareAndSet(false, true)) {
      state = State.IN_PROGRESS;
      Thread.ofPlatform().name("vexfs-" + name).daemon().start(this::initialise);
    }
  }

  /// What it yields, once it is ready; waits no longer than `patience`.
  ///
  /// @throws VectorFailure the cause where it failed, [VectorFailure.NotReady] where patience ran
  ///   out
  public T get(Duration patience) throws VectorFailure {
    start();
    try {
      return outcome.get(patience.toMillis(), TimeUnit.MILLISECONDS);
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

  private void initialise() {
    try {
      T value = initialiser.initialise();
      outcome.complete(value);
      state = State.READY;
    } catch (VectorFailure | RuntimeException | Error e) {
      outcome.completeExceptionally(e);
      state = State.FAILED;
    }
  }

  private VectorFailure asFailure(Throwable t) {
    return t instanceof VectorFailure failure
        ? failure
        : new VectorFailure.StoreBroken(name + " could not be initialised: " + t);
  }
}
