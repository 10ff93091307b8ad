package org.vexfs.daemon.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.base.VectorMatrix;

/// Reads vectors written as text: `[0.1, 0.2]`, `[[1, 2], [3, 4]]` or `0.1, 0.2`. White space and
/// line ends may stand anywhere between the tokens. Numbers are decimals as JSON has them, and
/// besides with a leading `+` or without digits on one side of the point.
final class TextVectors {
  private static final long MAX_VALUES = Limits.MAX_ENTRY_BYTES / Float.BYTES;

  private final byte[] bytes;
  private final int start;
  private final int end;
  private int position;
  private float[] values = new float[64];
  private int count;
  private int row;
  private int rowStart;

  private TextVectors(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    start = offset;
    end = offset + length;
    position = offset;
  }

  /// The vectors of the text; see [VectorValues#parseText].
  static VectorMatrix parse(byte[] bytes, int offset, int length) throws InvalidVector, TooLarge {
    return new TextVectors(bytes, offset, length).read();
  }

  private VectorMatrix read() throws InvalidVector, TooLarge {
    int rows = 1;
    int dimension;
    if (!take('[')) {
      readNumbers();
      dimension = count;
    } else if (peek() != '[') {
      if (peek() == ']') {
        throw new InvalidVector("text: the vector is empty");
      }
      readNumbers();
      expect(']');
      dimension = count;
    } else {
      dimension = readRow();
      while (take(',')) {
        row++;
        int columns = readRow();
        if (columns != dimension) {
          throw new InvalidVector(
              "text: row " + row + " has " + columns + " values, row 0 has " + dimension);
        }
      }
      expect(']');
      rows = row + 1;
    }
    if (peek() >= 0) {
      throw malformed("something stands behind the end of the vector");
    }
    VectorValues.requireShape(rows, dimension, "text: ");
    return new VectorMatrix(rows, dimension, Arrays.copyOf(values, count));
  }

  /// Reads one bracketed row and returns how many values it has.
  private int readRow() throws InvalidVector, TooLarge {
    expect('[');
    rowStart = count;
    if (peek() == ']') {
      throw new InvalidVector("text: row " + row + " is empty");
    }
    readNumbers();
    expect(']');
    return count - rowStart;
  }

  private void readNumbers() throws InvalidVector, TooLarge {
    do {
      readNumber();
    } while (take(','));
  }

  private void readNumber() throws InvalidVector, TooLarge {
    peek();
    int tokenStart = position;
    while (position < end && !isDelimiter(bytes[position])) {
      position++;
    }
    int length = position - tokenStart;
    float value =
        DecimalFloat.isDecimal(bytes, tokenStart, length)
            ? DecimalFloat.parse(bytes, tokenStart, length)
            : refuseToken(tokenStart, length);
    if (!Float.isFinite(value)) {
      throw new InvalidVector(
          "text: "
              + place()
              + " is '"
              + VectorValues.quote(bytes, tokenStart, length)
              + "', too large for float32");
    }
    if (count == MAX_VALUES) {
      throw new TooLarge(
          "text: more than "
              + MAX_VALUES
              + " values; a file may have "
              + Limits.MAX_ENTRY_BYTES
              + " bytes of float32 in a collection");
    }
    if (count == values.length) {
      values = Arrays.copyOf(values, (int) Math.min(2L * count, MAX_VALUES));
    }
    values[count++] = value;
  }

  private float refuseToken(int tokenStart, int length) throws InvalidVector {
    if (length == 0) {
      throw malformed("a number is missing at " + place());
    }
    String token = new String(bytes, tokenStart, length, StandardCharsets.ISO_8859_1);
    String unsigned = token.replaceFirst("^[+-]", "");
    boolean named =
        unsigned.equalsIgnoreCase("nan")
            || unsigned.equalsIgnoreCase("inf")
            || unsigned.equalsIgnoreCase("infinity");
    throw new InvalidVector(
        "text: "
            + place()
            + " is '"
            + VectorValues.quote(bytes, tokenStart, length)
            + (named ? "', which is not finite" : "', which is no number"));
  }

  private String place() {
    return VectorValues.place(row, count - rowStart);
  }

  private void expect(char wanted) throws InvalidVector {
    if (!take(wanted)) {
      throw malformed("'" + wanted + "' or ',' is missing");
    }
  }

  private boolean take(char wanted) {
    boolean found = peek() == wanted;
    if (found) {
      position++;
    }
    return found;
  }

  /// The next byte that is no white space; -1 at the end.
  private int peek() {
    while (position < end && isSpace(bytes[position])) {
      position++;
    }
    return position < end ? bytes[position] & 0xFF : -1;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private static boolean isDelimiter(byte b) {
    return b == ',' || b == ']' || b == '[' || isSpace(b);
  }

  private InvalidVector malformed(String what) {
    return new InvalidVector("text: " + what + " (at byte " + (position - start) + ")");
  }
}
