package org.vexfs.daemon.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// What the rounds of one searcher came to.
final class Measurement {
  private final List<long[]> sortedNanosOfRounds = new ArrayList<>();
  private double recallSum;
  private int asked;

  /// Adds a round: how long each query took.
  void add(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    sortedNanosOfRounds.add(sorted);
  }

  /// Adds one answer's recall: the share of its hits that are no farther than the farthest of the
  /// truth.
  void addRecall(double[] distances, double[] truth) {
    double limit = truth[truth.length - 1] * (1 + 1e-5) + 1e-6;
    recallSum += (double) Arrays.stream(distances).filter(d -> d <= limit).count() / truth.length;
    asked++;
  }

  double queriesPerSecond() {
    return ofRounds(nanos -> nanos.length / (Arrays.stream(nanos).sum() / 1e9));
  }

  double medianMicros() {
    return ofRounds(nanos -> nanos[nanos.length / 2] / 1e3);
  }

  private double p99Micros() {
    return ofRounds(nanos -> nanos[nanos.length * 99 / 100] / 1e3);
  }

  private double ofRounds(ToDoubleFunction<long[]> figure) {
    double[] figures = sortedNanosOfRounds.stream().mapToDouble(figure).sorted().toArray();
    return figures[figures.length / 2];
  }

  /// A line of the table.
  String toRow(String name) {
    return String.format(
        Locale.ROOT,
        "| %s | %.4f | %.0f | %.0f | %.0f |",
        name,
        recallSum / asked,
        queriesPerSecond(),
        medianMicros(),
        p99Micros());
  }
}
