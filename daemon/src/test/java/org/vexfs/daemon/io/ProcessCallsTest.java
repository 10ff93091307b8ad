package org.vexfs.daemon.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Calls about the process and its threads.
final class ProcessCallsTest {
  @Test
  void nice_isThatOfTheThreadAlone() throws InterruptedException {
    int before = ProcessCalls.threadNice();
    AtomicInteger raised = new AtomicInteger(Integer.MIN_VALUE);
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              if (ProcessCalls.setThreadNice(Math.min(19, before + 3))) {
                raised.set(ProcessCalls.threadNice());
              }
            });
    thread.join();
    assertEquals(Math.min(19, before + 3), raised.get());
    assertEquals(before, ProcessCalls.threadNice());
    assertTrue(before >= -20 && before <= 19, "nice " + before);
  }
}
