package org.vexfs.daemon.overlay;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class WriteProgressTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void await_everyWriteHasEnded_returnsAtOnce() {
    WriteProgress writes = new WriteProgress(LONG);
    writes.begin();
    writes.end();

    writes.await();
  }

  @Test
  void await_writeUnderWay_returnsAfterItsEnd() {
    WriteProgress writes = new WriteProgress(LONG);
    AtomicBoolean ended = new AtomicBoolean();
    writes.begin();
    CompletableFuture<Boolean> seen =
        CompletableFuture.supplyAsync(() -> {
          writes.await();
          return ended.get();
        });

    ended.set(true);
    writes.end();

    assertTrue(seen.join());
  }

  @Test
  void await_writeThatNeverEnds_givesUpAfterTheBound() {
    Duration bound = Duration.ofMillis(5);
    WriteProgress writes = new WriteProgress(bound);
    writes.begin();

    long start = System.nanoTime();
    writes.await();

    assertTrue(System.nanoTime() - start >= bound.toNanos());
  }
}
