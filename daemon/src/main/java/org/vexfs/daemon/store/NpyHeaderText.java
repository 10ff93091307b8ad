package org.vexfs.daemon.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;

/// Reads the text of an `.npy` header: a Python dictionary literal with exactly the keys `descr` (a
/// string), `fortran_order` (`True` or `False`) and `shape` (a tuple of counts).
///
/// Only this much of Python is understood, in one pass without recursion, so no literal is costly.
final class NpyHeaderText {
  /// Digits of a count; more would overflow a long.
  private static final int MAX_DIGITS = 18;

  /// More entries than any array here may have, so that the message can name their number.
  private static final int MAX_SHAPE = 64;

  private final String text;
  private int position;
  private @Nullable String descr;
  private @Nullable Boolean fortran;
  private long @Nullable [] shape;

  NpyHeaderText(String text) {
    this.text = text;
  }

  /// Reads the whole text; the getters answer from then on.
  void read() throws InvalidVector {
    expect('{');
    while (!take('}')) {
      readEntry(readString());
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skipSpaces();
    if (position != text.length()) {
      throw malformed("has something behind its closing brace");
    }
  }

  /// Type of the values, such as `<f4`.
  String descr() throws InvalidVector {
    return present(descr, "descr");
  }

  /// Whether the data is stored column by column.
  boolean fortran() throws InvalidVector {
    return present(fortran, "fortran_order");
  }

  /// Extent of each axis.
  long[] shape() throws InvalidVector {
    return present(shape, "shape");
  }

  private static <T> T present(@Nullable T value, String key) throws InvalidVector {
    if (value == null) {
      throw new InvalidVector("npy: the header has no key '" + key + "'");
    }
    return value;
  }

  private void readEntry(String key) throws InvalidVector {
    expect(':');
    switch (key) {
      case "descr" -> {
        requireNew(descr, key);
        if (peek() == '[' || peek() == '(') {
          throw new InvalidVector("npy: a structured dtype; a vector has plain numbers");
        }
        descr = readString();
      }
      case "fortran_order" -> {
        requireNew(fortran, key);
        fortran = readBoolean();
      }
      case "shape" -> {
        requireNew(shape, key);
        shape = readShape();
      }
      default -> throw malformed("has the unknown key '" + key + "'");
    }
  }

  private void requireNew(@Nullable Object value, String key) throws InvalidVector {
    if (value != null) {
      throw malformed("has the key '" + key + "' twice");
    }
  }

  private String readString() throws InvalidVector {
    char quote = peek();
    if (quote != '\'' && quote != '"') {
      throw malformed("should have a string");
    }
    int end = text.indexOf(quote, position + 1);
    if (end < 0 || text.substring(position, end).indexOf('\\') >= 0) {
      throw malformed("has a string that is not closed, or an escape");
    }
    String value = text.substring(position + 1, end);
    position = end + 1;
    return value;
  }

  private boolean readBoolean() throws InvalidVector {
    skipSpaces();
    for (String word : List.of("True", "False")) {
      if (text.startsWith(word, position)) {
        position += word.length();
        return word.equals("True");
      }
    }
    throw malformed("should have True or False");
  }

  private long[] readShape() throws InvalidVector {
    expect('(');
    List<Long> counts = new ArrayList<>();
    boolean separated = true;
    while (!take(')')) {
      if (!separated || counts.size() == MAX_SHAPE) {
        throw malformed("has a shape that is no tuple of counts");
      }
      counts.add(readCount());
      separated = take(',');
    }
    if (counts.size() == 1 && !separated) {
      throw malformed("has a shape that is no tuple: one extent is written (d,)");
    }
    return counts.stream().mapToLong(Long::longValue).toArray();
  }

  private long readCount() throws InvalidVector {
    skipSpaces();
    int start = position;
    while (position < text.length()
        && text.charAt(position) >= '0'
        && text.charAt(position) <= '9') {
      position++;
    }
    if (position == start || position - start > MAX_DIGITS) {
      throw malformed("has a shape that is no tuple of counts");
    }
    long count = Long.parseLong(text, start, position, 10);
    if (position < text.length() && text.charAt(position) == 'L') {
      position++; // as Python 2 wrote its long integers
    }
    return count;
  }

  private void expect(char wanted) throws InvalidVector {
    if (!take(wanted)) {
      throw malformed("should have '" + wanted + "'");
    }
  }

  private boolean take(char wanted) {
    boolean found = peek() == wanted;
    if (found) {
      position++;
    }
    return found;
  }

  /// The next character that is no space; NUL at the end.
  private char peek() {
    skipSpaces();
    return position < text.length() ? text.charAt(position) : '\0';
  }

  private void skipSpaces() {
    while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
  }

  private InvalidVector malformed(String what) {
    return new InvalidVector("npy: the header " + what + " (at its character " + position + ")");
  }
}
