package org.vexfs.daemon.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The states that a component goes through, and what whoever asks gets in each.
@Timeout(60)
final class ComponentTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void states_followInitialisation() throws Exception {
    CompletableFuture<String> value = new CompletableFuture<>();
    Component<String> component = new Component<>("part", value::join);
    Component.Progress before = component.progress();
    assertEquals(Component.State.PENDING, before.state());
    assertEquals(0, before.attempts());
    assertEquals(Duration.ZERO, before.took());

    assertThrows(VectorFailure.NotReady.class, () -> component.get(Duration.ZERO));
    Component.Progress meanwhile = component.progress();
    assertEquals(Component.State.IN_PROGRESS, meanwhile.state());
    assertEquals(1, meanwhile.attempts());
    assertEquals(Optional.empty(), component.ifReady());

    value.complete("here");
    assertEquals("here", component.get(LONG));
    awaitState(component, Component.State.READY);
    Component.Progress after = component.progress();
    assertTrue(after.took().compareTo(meanwhile.took()) >= 0, after::toString);
    assertEquals(after.took(), component.progress().took(), "it takes no longer now");
    assertEquals(Optional.empty(), after.failure());
    assertEquals(Optional.empty(), after.retryIn());
    assertEquals(Optional.of("here"), component.ifReady());
  }

  @Test
  void failure_isKept_untilItIsTriedAgain() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    Component<String> component =
        new Component<>(
            "part",
            () -> {
              attempts.incrementAndGet();
              throw new VectorFailure.StoreBroken("no disk");
            },
            Duration.ofDays(1));
    for (int i = 0; i < 5; i++) {
      VectorFailure failure = assertThrows(VectorFailure.class, () -> component.get(LONG));
      assertEquals("no disk", failure.getMessage());
    }
    awaitState(component, Component.State.FAILED);
    assertEquals(1, attempts.get());
    Component.Progress progress = component.progress();
    assertEquals("no disk", progress.failure().orElseThrow().getMessage());
    Duration retryIn = progress.retryIn().orElseThrow();
    assertTrue(
        retryIn.isPositive() && retryIn.compareTo(Duration.ofDays(1)) <= 0, retryIn::toString);
  }

  @Test
  void failure_isMadeUpForByTheNextWhoAsks() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    Component<Integer> component =
        new Component<>(
            "part",
            () -> {
              if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
              }
              return attempts.get();
            },
            Duration.ZERO);
    for (int i = 1; i < 3; i++) {
      VectorFailure failure = assertThrows(VectorFailure.class, () -> component.get(LONG));
      assertTrue(String.valueOf(failure.getMessage()).contains("not yet"), failure::toString);
      awaitState(component, Component.State.FAILED);
      assertEquals(i, component.progress().attempts());
    }
    assertEquals(3, component.get(LONG));
    awaitState(component, Component.State.READY);
    assertEquals(3, component.get(LONG));
    assertEquals(3, attempts.get());
  }

  @Test
  void everybody_waitsForTheSameInitialisation() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    CountDownLatch goOn = new CountDownLatch(1);
    Component<Integer> component =
        new Component<>(
            "part",
            () -> {
              try {
                goOn.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return attempts.incrementAndGet();
            });
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> one = executor.submit(() -> component.get(LONG));
      Future<Integer> other = executor.submit(() -> component.get(LONG));
      goOn.countDown();
      assertEquals(1, one.get(30, TimeUnit.SECONDS));
      assertEquals(1, other.get(30, TimeUnit.SECONDS));
    }
  }

  /// The state follows the outcome, which whoever waits may have first.
  private static void awaitState(Component<?> component, Component.State state) {
    while (component.state() != state) {
      Thread.onSpinWait();
    }
  }
}
