package org.vexfs.daemon.mount;

import java.util.Random;

/// Vectors as embeddings are: of many values, which few hidden ones make up, with some noise. Any
/// can be had at any time, the same each time.
final class LowRankVectors {
  private static final int RANK = 16;
  private static final float NOISE = 0.05f;

  private final long seed;
  private final float[][] axes;

  LowRankVectors(long seed, int dimension) {
    this.seed = seed;
    Random random = new Random(seed);
    axes = new float[RANK][dimension];
    for (float[] axis : axes) {
      for (int i = 0; i < dimension; i++) {
        axis[i] = (float) random.nextGaussian();
      }
    }
  }

  /// The vector of a number.
  float[] row(int number) {
    return make(new Random(seed * 1_000_003 + number), new float[RANK]);
  }

  /// One that is near to that of a number, and none of them.
  float[] between(int number) {
    return make(new Random(seed * 1_000_033 + number), new float[RANK]);
  }

  private float[] make(Random random, float[] hidden) {
    for (int i = 0; i < RANK; i++) {
      hidden[i] = (float) random.nextGaussian();
    }
    float[] vector = new float[axes[0].length];
    for (int i = 0; i < vector.length; i++) {
      float value = NOISE * (random.nextFloat() - 0.5f);
      for (int axis = 0; axis < RANK; axis++) {
        value += hidden[axis] * axes[axis][i];
      }
      vector[i] = value;
    }
    return vector;
  }
}
