package org.vexfs.daemon.search;

import java.util.Optional;

/// A number as filters compare it: whole numbers of 64 bits exactly, so that long identifiers do
/// not run together, all others as `double`.
///
/// @param isWhole whether it is `whole` that counts
/// @param whole the number, where it is whole
/// @param value the number, rounded perhaps
record FilterNumber(boolean isWhole, long whole, double value) implements Comparable<FilterNumber> {
  /// 2 to the 63rd: below, whole numbers have 64 bits.
  private static final double WHOLE_BOUND = 0x1p63;

  static FilterNumber of(long whole) {
    return new FilterNumber(true, whole, whole);
  }

  static FilterNumber of(double value) {
    return value == Math.rint(value) && Math.abs(value) < WHOLE_BOUND
        ? of((long) value)
        : new FilterNumber(false, 0, value);
  }

  /// The number that a text is, with white space around it perhaps: digits with at most one point
  /// among them, a sign and an exponent, if any, all as in JSON, but that `+1`, `.5`, `5.` and
  /// `007` count as well.
  static Optional<FilterNumber> parse(String text) {
    String number = text.strip();
    if (!isNumber(number)) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(Long.parseLong(number)));
    } catch (NumberFormatException notWhole) {
      return Optional.of(of(Double.parseDouble(number)));
    }
  }

  private static boolean isNumber(String text) {
    int at = skipSign(text, 0);
    int whole = skipDigits(text, at);
    int digits = whole - at;
    at = whole;
    if (at < text.length() && text.charAt(at) == '.') {
      int end = skipDigits(text, at + 1);
      digits += end - (at + 1);
      at = end;
    }
    if (digits > 0 && at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      int from = skipSign(text, at + 1);
      at = skipDigits(text, from);
      digits = at - from;
    }
    return digits > 0 && at == text.length();
  }

  private static int skipSign(String text, int at) {
    return at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+') ? at + 1 : at;
  }

  private static int skipDigits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  @Override
  public int compareTo(FilterNumber other) {
    return isWhole && other.isWhole
        ? Long.compare(whole, other.whole)
        : Double.compare(value, other.value);
  }
}
