package org.vexfs.daemon.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Recall and speed of an index at several breadths.
final class RecallCurve {
  static final int[] BREADTHS = {10, 14, 20, 28, 40, 56, 80, 120, 200, 400};

  /// Fewer, and none that a large collection has little recall at.
  static final int[] BREADTHS_OF_LARGE = {16, 28, 48, 80, 136, 240, 400};

  /// How long a measurement takes.
  private static final double SECONDS = 0.15;

  private final AnnIndex index;
  private final double vectorsPerSecondBuilt;
  private final long bytesPerVector;
  private final List<Point> points = new ArrayList<>();

  /// What was measured at a breadth.
  record Point(int ef, double recall, List<Double> oneThread, List<Double> twoThreads) {
    /// The median of the rounds.
    double queriesPerSecond(int threads) {
      List<Double> sorted = (threads == 1 ? oneThread : twoThreads).stream().sorted().toList();
      return sorted.get(sorted.size() / 2);
    }
  }

  /// The curve of an index that is built; the recalls are found at once.
  RecallCurve(AnnIndex index, int[] breadths, Truth truth, double vectorsPerSecondBuilt)
      throws IOException {
    this.index = index;
    this.vectorsPerSecondBuilt = vectorsPerSecondBuilt;
    this.bytesPerVector = index.bytesPerVector();
    for (int ef : breadths) {
      double recall = truth.recall(index.find(ef));
      points.add(new Point(ef, recall, new ArrayList<>(), new ArrayList<>()));
    }
  }

  String name() {
    return index.name();
  }

  double vectorsPerSecondBuilt() {
    return vectorsPerSecondBuilt;
  }

  long bytesPerVector() {
    return bytesPerVector;
  }

  /// In ascending order of breadth.
  List<Point> points() {
    return points;
  }

  void warmUp(int place) throws IOException {
    for (int threads = 1; threads <= 2; threads++) {
      double _ = index.speed(points.get(place).ef, threads, SECONDS);
    }
  }

  /// Measures the speed at the breadth in this place.
  void measure(int place) throws IOException {
    Point point = points.get(place);
    point.oneThread.add(index.speed(point.ef, 1, SECONDS));
    point.twoThreads.add(index.speed(point.ef, 2, SECONDS));
  }

  /// The speed at a recall, between the two nearest points by the logarithm of the speed. Where all
  /// points have a higher recall it is that of the fastest; where all have a lower one, NaN.
  double queriesPerSecond(double recall, int threads) {
    Point below = null;
    for (Point point : points) {
      if (point.recall >= recall) {
        double above = point.queriesPerSecond(threads);
        if (below == null) {
          return above;
        }
        double share = (recall - below.recall) / (point.recall - below.recall);
        double least = below.queriesPerSecond(threads);
        return least * Math.pow(above / least, share);
      }
      below = point;
    }
    return Double.NaN;
  }

  void printPoints() {
    for (Point point : points) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %.4f | %,.0f | %,.0f |%n",
          name(),
          point.ef,
          point.recall,
          point.queriesPerSecond(1),
          point.queriesPerSecond(2));
    }
  }
}
