package org.vexfs.daemon.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Which lines of a log are left out as repeats of others.
final class RepeatedLinesTest {
  private static final RepeatedLines.Verdict WRITTEN = new RepeatedLines.Verdict(true, 0);
  private static final RepeatedLines.Verdict LEFT_OUT = new RepeatedLines.Verdict(false, 0);

  private final AtomicLong nanos = new AtomicLong(-5);
  private final RepeatedLines lines = new RepeatedLines(nanos::get);

  @Test
  void linesThatDifferInNumbers_areAlike() {
    for (int i = 0; i < RepeatedLines.MOST; i++) {
      assertEquals(WRITTEN, lines.look("WARN A", "node " + i + " at 0x7f" + i + "c is odd"));
    }
    assertEquals(LEFT_OUT, lines.look("WARN A", "node 99 at 0x1 is odd"));
    assertEquals(WRITTEN, lines.look("WARN A", "node 99 at 0x1 is even"));
    assertEquals(WRITTEN, lines.look("ERROR A", "node 99 at 0x1 is odd"));
    assertEquals(WRITTEN, lines.look("WARN B", "node 99 at 0x1 is odd"));
  }

  @Test
  void afterTheWindow_theFirstSaysHowManyWereLeftOut() {
    int lost = 7;
    for (int i = 0; i < RepeatedLines.MOST + lost; i++) {
      assertEquals(i < RepeatedLines.MOST, lines.look("WARN A", "again").isWritten());
    }
    nanos.addAndGet(RepeatedLines.WINDOW.toNanos() - 1);
    assertEquals(LEFT_OUT, lines.look("WARN A", "again"));
    nanos.addAndGet(1);
    assertEquals(new RepeatedLines.Verdict(true, lost + 1), lines.look("WARN A", "again"));
    assertEquals(WRITTEN, lines.look("WARN A", "again"));
  }

  @Test
  void kinds_areForgottenWhereThereAreTooMany() {
    for (int i = 0; i <= RepeatedLines.MOST; i++) {
      RepeatedLines.Verdict _ = lines.look("WARN A", "again");
    }
    for (char first = 'g'; first <= 'z'; first++) {
      for (char second = 'g'; second <= 'z'; second++) {
        assertEquals(WRITTEN, lines.look("WARN A", "" + first + second));
      }
    }
    assertEquals(WRITTEN, lines.look("WARN A", "again"));
  }
}
