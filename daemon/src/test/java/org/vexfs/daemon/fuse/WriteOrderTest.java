package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.NodeId;

final class WriteOrderTest {
  private static final NodeId FILE = new NodeId(7);
  private static final NodeId OTHER = new NodeId(8);

  private final WriteOrder order = new WriteOrder();

  @Test
  void before_noWrite_isComplete() {
    assertTrue(order.before(FILE).isDone());
  }

  @Test
  void before_writesToTheFile_isCompleteWhenAllAreDone() {
    CompletableFuture<Void> first = order.add(FILE);
    CompletableFuture<Void> second = order.add(FILE);
    CompletableFuture<Void> before = order.before(FILE);

    second.complete(null);
    assertFalse(before.isDone());
    first.complete(null);
    assertTrue(before.isDone());
  }

  @Test
  void before_writeThatArrivesLater_doesNotWaitForIt() {
    CompletableFuture<Void> first = order.add(FILE);
    CompletableFuture<Void> before = order.before(FILE);
    CompletableFuture<Void> later = order.add(FILE);

    first.complete(null);
    assertTrue(before.isDone());
    assertFalse(later.isDone());
    assertFalse(order.before(FILE).isDone());
  }

  @Test
  void before_writeToAnotherFile_isComplete() {
    CompletableFuture<Void> other = order.add(OTHER);

    assertTrue(order.before(FILE).isDone());
    assertFalse(other.isDone());
  }

  @Test
  void size_afterTheLastWrite_isZero() {
    CompletableFuture<Void> first = order.add(FILE);
    CompletableFuture<Void> second = order.add(FILE);
    assertEquals(1, order.size());

    first.complete(null);
    assertEquals(1, order.size());
    second.complete(null);
    assertEquals(0, order.size());
  }
}
