package org.vexfs.daemon.store;

import java.nio.charset.StandardCharsets;

/// Reads decimals as the nearest float32, straight from the bytes where that is exact.
///
/// The quick way is Clinger's (How to Read Floating Point Numbers Accurately, 1990): up to 2^53 the
/// digits, and up to 10^22 the power of ten, are exact as doubles, so one multiplication or
/// division gives the nearest double. Rounding that to float32 goes wrong only where the double
/// lies exactly midway between two floats; then, and for all longer numbers, the JDK's parser
/// decides.
final class DecimalFloat {
  private static final int MAX_EXACT_DIGITS = 15;
  private static final int MAX_EXACT_POWER = 22;
  private static final double[] POWERS_OF_TEN = new double[MAX_EXACT_POWER + 1];

  /// The bits of a double's mantissa that a float has not, and what they are midway.
  private static final long DROPPED_BITS = (1L << 29) - 1;

  private static final long MIDWAY = 1L << 28;

  static {
    double power = 1;
    for (int i = 0; i <= MAX_EXACT_POWER; i++) {
      POWERS_OF_TEN[i] = power;
      power *= 10;
    }
  }

  private DecimalFloat() {}

  /// Whether the bytes are `[+-] digits [. digits] [e [+-] digits]`, with a digit on at least one
  /// side of the point.
  static boolean isDecimal(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int i = offset;
    if (i < end && isSign(bytes[i])) {
      i++;
    }
    int whole = skipDigits(bytes, i, end);
    int digits = whole - i;
    i = whole;
    if (i < end && bytes[i] == '.') {
      int fraction = skipDigits(bytes, i + 1, end);
      digits += fraction - i - 1;
      i = fraction;
    }
    if (digits == 0) {
      return false;
    }
    if (i < end && (bytes[i] == 'e' || bytes[i] == 'E')) {
      i++;
      if (i < end && isSign(bytes[i])) {
        i++;
      }
      int exponent = skipDigits(bytes, i, end);
      if (exponent == i) {
        return false;
      }
      i = exponent;
    }
    return i == end;
  }

  /// The float32 nearest to a number that [#isDecimal]; infinite where it is beyond the range.
  static float parse(byte[] bytes, int offset, int length) {
    int end = offset + length;
    boolean negative = bytes[offset] == '-';
    long mantissa = 0;
    int digits = 0;
    int power = 0;
    boolean fraction = false;
    int i = isSign(bytes[offset]) ? offset + 1 : offset;
    for (; i < end && bytes[i] != 'e' && bytes[i] != 'E'; i++) {
      if (bytes[i] == '.') {
        fraction = true;
        continue;
      }
      mantissa = mantissa * 10 + (bytes[i] - '0');
      digits += mantissa == 0 ? 0 : 1;
      power -= fraction ? 1 : 0;
      if (digits > MAX_EXACT_DIGITS) {
        return parseSlowly(bytes, offset, length);
      }
    }
    if (i < end) {
      int exponentDigits = end - i - 1;
      if (exponentDigits > 4) {
        return parseSlowly(bytes, offset, length);
      }
      power += Integer.parseInt(ascii(bytes, i + 1, exponentDigits));
    }
    if (Math.abs(power) > MAX_EXACT_POWER) {
      return parseSlowly(bytes, offset, length);
    }
    double nearest = power < 0 ? mantissa / POWERS_OF_TEN[-power] : mantissa * POWERS_OF_TEN[power];
    boolean normal = (nearest >= Float.MIN_NORMAL && nearest <= Float.MAX_VALUE) || nearest == 0;
    if (!normal || (Double.doubleToRawLongBits(nearest) & DROPPED_BITS) == MIDWAY) {
      return parseSlowly(bytes, offset, length);
    }
    return (float) (negative ? -nearest : nearest);
  }

  private static float parseSlowly(byte[] bytes, int offset, int length) {
    return Float.parseFloat(ascii(bytes, offset, length));
  }

  private static String ascii(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
  }

  private static int skipDigits(byte[] bytes, int from, int end) {
    int i = from;
    while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
      i++;
    }
    return i;
  }

  private static boolean isSign(byte b) {
    return b == '+' || b == '-';
  }
}
