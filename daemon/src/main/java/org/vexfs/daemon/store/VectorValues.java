package org.vexfs.daemon.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.base.VectorMatrix;

/// The forms in which users write vectors: NumPy's `.npy`, text (a JSON array of numbers or of
/// arrays of numbers, or numbers separated by commas), and raw little-endian float32.
///
/// The form is told from the bytes, in this order:
///
/// 1. They begin with NumPy's magic: `.npy`.
/// 2. They consist of what decimals and arrays are written with (digits, signs, points, exponents,
///    commas, brackets, white space, and the letters of NaN and infinity): text.
/// 3. Otherwise raw; except that words (printable ASCII throughout) are refused where the
///    collection has no dimension yet that would vouch for them, as a mistake.
///
/// One ambiguity remains: raw values whose bytes all happen to be those of number 2. They count as
/// text, unless the text has another dimension than the collection while the raw values fit it. A
/// value that is 0, negative, or from 2^-11 up to 8 always has a byte outside that set.
public final class VectorValues {
  private static final int MAX_QUOTED_BYTES = 32;

  private VectorValues() {}

  /// The vectors that all these bytes write; see [#parse(byte[], int, int, OptionalInt)].
  public static VectorMatrix parse(byte[] bytes, OptionalInt dimension)
      throws InvalidVector, TooLarge {
    return parse(bytes, 0, bytes.length, dimension);
  }

  /// The vectors that `length` bytes from `offset` on write, in any form. Where the collection has
  /// a `dimension`, they have it too; where it has none, raw bytes are one vector.
  ///
  /// @throws InvalidVector where they are no vectors, not finite, or of another dimension
  /// @throws TooLarge where they are more than a file may have
  public static VectorMatrix parse(byte[] bytes, int offset, int length, OptionalInt dimension)
      throws InvalidVector, TooLarge {
    NativeCallback.refuseVectorWork();
    if (length == 0) {
      throw new InvalidVector("the vector is empty");
    }
    if (NpyFormat.isNpy(bytes, offset, length)) {
      return requireDimension(NpyFormat.decode(bytes, offset, length), dimension, "npy: ");
    }
    boolean fits =
        dimension.isPresent() && length % ((long) Float.BYTES * dimension.getAsInt()) == 0;
    if (isNumeric(bytes, offset, length)) {
      VectorMatrix matrix = TextVectors.parse(bytes, offset, length);
      boolean contradicts = dimension.isPresent() && matrix.dimension() != dimension.getAsInt();
      return contradicts && fits
          ? parseRaw(bytes, offset, length, dimension)
          : requireDimension(matrix, dimension, "text: ");
    }
    if (!fits && isPrintable(bytes, offset, length)) {
      throw new InvalidVector(
          "'"
              + quote(bytes, offset, length)
              + "' is no vector: neither a JSON array nor numbers separated by commas");
    }
    return parseRaw(bytes, offset, length, dimension);
  }

  /// The vectors that a text writes; for text whose form is known already.
  ///
  /// @throws InvalidVector where it is no such text, or of another dimension
  /// @throws TooLarge where they are more than a file may have
  public static VectorMatrix parseText(byte[] bytes, int offset, int length, OptionalInt dimension)
      throws InvalidVector, TooLarge {
    return requireDimension(TextVectors.parse(bytes, offset, length), dimension, "text: ");
  }

  /// The vectors that raw little-endian float32 bytes hold: one where the collection has no
  /// dimension yet, otherwise one for each `4 · dimension` bytes.
  ///
  /// @throws InvalidVector where the length does not fit, or a value is not finite
  /// @throws TooLarge where they are more than a file may have
  public static VectorMatrix parseRaw(byte[] bytes, int offset, int length, OptionalInt dimension)
      throws InvalidVector, TooLarge {
    if (length == 0 || length % Float.BYTES != 0) {
      throw new InvalidVector(
          "raw: "
              + length
              + " bytes are no float32 values, 4 bytes each (nor are they npy, JSON or decimals)");
    }
    int count = length / Float.BYTES;
    int columns = dimension.orElse(count);
    if (count % columns != 0) {
      throw new InvalidVector(
          "raw: "
              + length
              + " bytes hold "
              + count
              + " float32 values; the collection's vectors have "
              + columns
              + ", that is "
              + columns * Float.BYTES
              + " bytes each");
    }
    requireShape(count / columns, columns, "raw: ");
    float[] values = new float[count];
    ByteBuffer.wrap(bytes, offset, length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    requireFinite(values, columns, "raw: ");
    return new VectorMatrix(count / columns, columns, values);
  }

  /// Whether the bytes are neither `.npy` nor text, so that they need a dimension to be understood.
  public static boolean isRaw(byte[] bytes, int offset, int length) {
    return !NpyFormat.isNpy(bytes, offset, length) && !isPrintable(bytes, offset, length);
  }

  /// The values as raw little-endian float32, row by row.
  public static byte[] toRaw(VectorMatrix matrix) {
    ByteBuffer raw =
        ByteBuffer.allocate(matrix.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(matrix.values());
    return raw.array();
  }

  /// Refuses shapes that cannot be stored, before anything of their size is allocated.
  static void requireShape(long rows, long dimension, String form) throws InvalidVector, TooLarge {
    if (rows == 0 || dimension == 0) {
      throw new InvalidVector(form + rows + " x " + dimension + " values: the vector is empty");
    }
    requireDimension(dimension, form);
    if (rows > Limits.MAX_ENTRY_BYTES / (dimension * Float.BYTES)) {
      throw new TooLarge(
          form
              + rows
              + " x "
              + dimension
              + " values; a file may have "
              + Limits.MAX_ENTRY_BYTES
              + " bytes of float32 in a collection");
    }
  }

  /// Refuses more values a vector than any may have.
  static void requireDimension(long dimension, String form) throws InvalidVector {
    if (dimension > Limits.MAX_DIMENSION) {
      throw new InvalidVector(
          form + "dimension " + dimension + "; at most " + Limits.MAX_DIMENSION + " is possible");
    }
  }

  /// Refuses NaN and infinity, naming the first.
  static void requireFinite(float[] values, int dimension, String form) throws InvalidVector {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InvalidVector(
            form
                + place(i / dimension, i % dimension)
                + (Float.isNaN(values[i]) ? " is NaN" : " is infinite, or too large for float32"));
      }
    }
  }

  /// How messages name one value.
  static String place(int row, int position) {
    return "row " + row + ", position " + position + " (counted from 0)";
  }

  private static VectorMatrix requireDimension(
      VectorMatrix matrix, OptionalInt dimension, String form) throws InvalidVector {
    if (dimension.isPresent() && matrix.dimension() != dimension.getAsInt()) {
      throw new InvalidVector(
          form
              + "the vector has dimension "
              + matrix.dimension()
              + ", the collection "
              + dimension.getAsInt());
    }
    return matrix;
  }

  private static boolean isNumeric(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] < 0 || "0123456789+-.,[]eE \t\r\nnNaAiIfFtTyY".indexOf(bytes[i]) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPrintable(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      boolean space = bytes[i] == '\t' || bytes[i] == '\r' || bytes[i] == '\n';
      if (!space && (bytes[i] < ' ' || bytes[i] > '~')) {
        return false;
      }
    }
    return true;
  }

  /// The beginning of what was written, fit for one line of a message.
  static String quote(byte[] bytes, int offset, int length) {
    StringBuilder quoted = new StringBuilder();
    for (int i = offset; i < offset + Math.min(length, MAX_QUOTED_BYTES); i++) {
      quoted.append(bytes[i] >= ' ' && bytes[i] <= '~' ? (char) bytes[i] : '?');
    }
    return quoted.append(length > MAX_QUOTED_BYTES ? "…" : "").toString();
  }
}
