package org.vexfs.daemon.base;

import java.util.Arrays;

/// The vectors of one file in one collection: `rows` × `dimension` float32 values, row by row. A
/// single vector is a matrix of one row.
///
/// The array is handed over, not copied: whoever makes a matrix lets go of the array, and whoever
/// reads one does not write to it.
public final class VectorMatrix {
  private final int rows;
  private final int dimension;
  private final float[] values;

  /// Wraps `rows × dimension` values, both ≥ 1.
  public VectorMatrix(int rows, int dimension, float[] values) {
    if (rows < 1 || dimension < 1 || (long) rows * dimension != values.length) {
      throw new IllegalArgumentException(
          rows + " x " + dimension + " does not hold " + values.length + " values");
    }
    this.rows = rows;
    this.dimension = dimension;
    this.values = values;
  }

  /// One vector.
  public static VectorMatrix ofVector(float... values) {
    return new VectorMatrix(1, values.length, values);
  }

  /// Number of vectors.
  public int rows() {
    return rows;
  }

  /// Values a vector.
  public int dimension() {
    return dimension;
  }

  /// The values, row by row; not to be written to.
  public float[] values() {
    return values;
  }

  /// Equal shape and equal values, bit by bit.
  @Override
  public boolean equals(Object other) {
    return other instanceof VectorMatrix that
        && rows == that.rows
        && dimension == that.dimension
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * rows + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "VectorMatrix[" + rows + " x " + dimension + "]";
  }
}
