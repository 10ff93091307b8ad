package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vexfs.daemon.distance.Metric;

final class ResultScorerTest {
  @ParameterizedTest
  @CsvSource({
    "EUCLIDEAN, 0, 1",
    "EUCLIDEAN, 1, 0.5",
    "MANHATTAN, 3, 0.25",
    "HAMMING, 9, 0.1",
    "EUCLIDEAN, Infinity, 0",
    "COSINE, 0, 1",
    "COSINE, -1e-7, 1",
    "COSINE, 0.12, 0.94",
    "COSINE, 1, 0.5",
    "COSINE, 2, 0",
    "DOT, 0, 0.5",
    "DOT, -1, 0.75",
    "DOT, 1, 0.25",
    "DOT, -Infinity, 1",
    "DOT, Infinity, 0",
  })
  void score_knownDistances(Metric metric, float distance, float expected) {
    assertEquals(expected, ResultScorer.score(metric, distance), 1e-7f);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void score_growingDistance_neverGrowsAndStaysInRange(Metric metric) {
    float before = 1;
    for (float distance = -1e6f; distance < 1e6f; distance = step(distance)) {
      float score = ResultScorer.score(metric, distance);
      assertTrue(score >= 0 && score <= before, metric + " at " + distance);
      before = score;
    }
    assertEquals(0, ResultScorer.score(metric, Float.NaN));
  }

  private static float step(float distance) {
    return distance + Math.max(Math.abs(distance) * 1e-3f, 1e-4f);
  }

  @Test
  void score_largeDistances_stayApart() {
    assertNotEquals(ResultScorer.score(Metric.DOT, -1000), ResultScorer.score(Metric.DOT, -1001));
    assertNotEquals(
        ResultScorer.score(Metric.EUCLIDEAN, 1000), ResultScorer.score(Metric.EUCLIDEAN, 1001));
  }
}
