package org.vexfs.daemon.app;

import java.time.Duration;

/// How far long work is, on standard error: a line that is drawn anew. Draws nothing where nobody
/// looks.
final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();

  private final String unit;
  private final long total;
  private final boolean isShown;
  private final long startNanos = System.nanoTime();
  private long drawnNanos;
  private long done;

  /// Work of `total` units, which are named in the plural.
  ProgressBar(String unit, long total) {
    this.unit = unit;
    this.total = total;
    this.isShown = Terminal.isInteractive();
  }

  /// One more unit is done.
  void step() {
    reach(done + 1);
  }

  /// So many units are done.
  void reach(long units) {
    done = units;
    long now = System.nanoTime();
    if (isShown && (now - drawnNanos >= REDRAW_NANOS || done == total)) {
      drawnNanos = now;
      draw(now);
    }
  }

  private void draw(long now) {
    double seconds = Math.max(1e-9, (now - startNanos) / 1e9);
    int filled = (int) (WIDTH * done / Math.max(1, total));
    long left = Math.round((total - done) * seconds / Math.max(1, done));
    System.err.printf(
        "\r[%s%s] %d/%d %s, %.0f/s, %d:%02d left ",
        "#".repeat(filled),
        " ".repeat(WIDTH - filled),
        done,
        total,
        unit,
        done / seconds,
        left / 60,
        left % 60);
  }

  /// Leaves the line.
  @Override
  public void close() {
    if (isShown && done > 0) {
      System.err.println();
    }
  }
}
