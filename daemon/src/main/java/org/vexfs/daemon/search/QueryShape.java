package org.vexfs.daemon.search;

import java.util.OptionalLong;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.store.NpyFormat;

/// Tells what kind of query some bytes are and whether they are whole, reading each byte once
/// however many writes bring them.
///
/// A query that begins (after white space) with `{` is an object, with `[` an array, with NumPy's
/// magic an `.npy` stream; anything else is *free*: numbers separated by commas, or raw values. Raw
/// values may begin like an object or array by chance. They are told from them by a byte that no
/// JSON text can have: a control character, or, outside strings, one beyond ASCII. What begins like
/// an object and can be neither, since raw values are whole floats, stays an object, so that the
/// message is about its JSON.
final class QueryShape {
  private enum Kind {
    /// Nothing but white space, or part of the magic, so far.
    UNKNOWN,
    OBJECT,
    ARRAY,
    NPY,
    FREE
  }

  private Kind kind = Kind.UNKNOWN;
  private int scanned;
  private int depth;
  private boolean inString;
  private boolean escaped;
  private boolean closed;

  /// Whether it began as an object, whatever it turned out to be.
  private boolean braced;

  private OptionalLong npyBytes = OptionalLong.empty();

  /// Takes note of the bytes up to `length`, of which those that came before are unchanged.
  ///
  /// @throws InvalidVector where they begin an `.npy` stream that is none
  /// @throws TooLarge where they begin one that is too large
  void advance(byte[] bytes, int length) throws InvalidVector, TooLarge {
    if (kind == Kind.UNKNOWN) {
      classify(bytes, length);
    }
    switch (kind) {
      case UNKNOWN -> {}
      case OBJECT, ARRAY -> scanJson(bytes, length);
      case NPY -> measureNpy(bytes, length);
      case FREE -> scanned = length;
    }
  }

  /// Whether this is to be read as a JSON object.
  boolean isObject() {
    return kind == Kind.OBJECT || (braced && scanned % Float.BYTES != 0);
  }

  /// Whether nothing is missing, as far as the form can tell: raw values and numbers without
  /// brackets have no end of their own, so they always are.
  boolean isComplete() {
    return switch (kind) {
      case UNKNOWN -> false;
      case OBJECT, ARRAY -> closed;
      case NPY -> npyBytes.isPresent() && scanned >= npyBytes.getAsLong();
      case FREE -> true;
    };
  }

  private void classify(byte[] bytes, int length) {
    if (length == 0) {
      return;
    }
    if (NpyFormat.mayBeNpy(bytes, 0, length)) {
      kind = NpyFormat.isNpy(bytes, 0, length) ? Kind.NPY : Kind.UNKNOWN;
      return;
    }
    while (scanned < length && isSpace(bytes[scanned])) {
      scanned++;
    }
    if (scanned < length) {
      kind =
          switch (bytes[scanned]) {
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            default -> Kind.FREE;
          };
      braced = kind == Kind.OBJECT;
    }
  }

  private void measureNpy(byte[] bytes, int length) throws InvalidVector, TooLarge {
    scanned = length;
    if (npyBytes.isEmpty()) {
      npyBytes = NpyFormat.totalLength(bytes, 0, length);
    }
  }

  private void scanJson(byte[] bytes, int length) {
    while (scanned < length) {
      byte b = bytes[scanned++];
      boolean control = b >= 0 && b < ' ' && !isSpace(b);
      if (control || (b < 0 && !inString)) {
        kind = Kind.FREE;
        scanned = length;
      } else {
        step(b);
      }
    }
  }

  private void step(byte b) {
    if (inString) {
      inString = escaped || b != '"';
      escaped = !escaped && b == '\\';
    } else if (b == '"') {
      inString = true;
    } else if (b == '{' || b == '[') {
      depth++;
    } else if (b == '}' || b == ']') {
      depth--;
      closed |= depth <= 0;
    }
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}
