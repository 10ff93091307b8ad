package org.vexfs.daemon.store;

import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;

/// What the store refuses to keep.
final class VectorChecks {
  private VectorChecks() {}

  static void checkName(String collection) throws InvalidRequest {
    boolean fits =
        !collection.isEmpty()
            && collection.length() <= Limits.MAX_COLLECTION_NAME_BYTES
            && collection.charAt(0) != '.'
            && collection.chars().allMatch(VectorChecks::isNameCharacter);
    if (!fits) {
      throw new InvalidRequest(
          "a collection cannot be called '"
              + collection
              + "': use 1 to "
              + Limits.MAX_COLLECTION_NAME_BYTES
              + " of A-Z a-z 0-9 . _ - and no leading dot");
    }
  }

  private static boolean isNameCharacter(int c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  static void checkPath(TreePath path) throws InvalidRequest {
    if (path.isRoot()) {
      throw new InvalidRequest("the mounted directory itself cannot have vectors, only files can");
    }
  }

  /// Checks against the collection's metric and dimension, which is 0 where it is open.
  static void checkMatrix(VectorMatrix matrix, String collection, Metric metric, int dimension)
      throws VectorFailure {
    if (matrix.dimension() > Limits.MAX_DIMENSION) {
      throw new TooLarge(
          "the vector has dimension "
              + matrix.dimension()
              + "; the limit is "
              + Limits.MAX_DIMENSION);
    }
    long bytes = (long) matrix.values().length * Float.BYTES;
    if (bytes > Limits.MAX_ENTRY_BYTES) {
      throw new TooLarge(
          "the vectors take " + bytes + " bytes; the limit is " + Limits.MAX_ENTRY_BYTES);
    }
    if (dimension != 0 && matrix.dimension() != dimension) {
      throw new InvalidVector(
          "the vector has dimension "
              + matrix.dimension()
              + ", but collection "
              + collection
              + " has "
              + dimension);
    }
    for (int row = 0; row < matrix.rows(); row++) {
      checkRow(matrix, row, collection, metric);
    }
  }

  private static void checkRow(VectorMatrix matrix, int row, String collection, Metric metric)
      throws InvalidVector {
    float[] values = matrix.values();
    int start = row * matrix.dimension();
    boolean zero = true;
    for (int i = 0; i < matrix.dimension(); i++) {
      float value = values[start + i];
      if (!Float.isFinite(value)) {
        throw new InvalidVector(
            "value "
                + i
                + " of row "
                + row
                + " is "
                + value
                + "; vectors hold finite numbers only");
      }
      zero &= value == 0;
    }
    if (zero && metric.refusesZero()) {
      throw new InvalidVector(
          "row " + row + " is zero, which has no " + metric.id() + " distance in " + collection);
    }
  }
}
