package org.vexfs.daemon.base;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A path below SOURCE: names joined by `/`, without a leading or trailing one; the root is empty.
///
/// Linux names are bytes, not text. A path holds them undecoded, one char a byte (ISO 8859-1), so
/// any name survives; [#toText()] is what people and JSON see, [#ofText] the way back. Bytes that
/// are not UTF-8 become the lone surrogates U+DC80 … U+DCFF, as Python's `surrogateescape` has it,
/// and so survive the round trip as well.
///
/// @param bytes the path, one char a byte
public record TreePath(String bytes) implements Comparable<TreePath> {
  /// SOURCE itself.
  public static final TreePath ROOT = new TreePath("");

  private static final char ESCAPE_BASE = '\uDC00';

  /// Checks the form; `.` and `..` are no names here.
  public TreePath {
    if (!bytes.isEmpty()) {
      for (String name : bytes.split("/", -1)) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
          throw new IllegalArgumentException("not a path below the source: " + bytes);
        }
      }
    }
  }

  /// The path that this text names.
  ///
  /// @throws IllegalArgumentException where the text is no relative path
  public static TreePath ofText(String text) {
    return new TreePath(bytesOfText(text));
  }

  /// The bytes of this text, one char a byte.
  public static String bytesOfText(String text) {
    StringBuilder bytes = new StringBuilder(text.length());
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      boolean escaped = i < text.length() && isEscape(text, i);
      if (escaped || i == text.length()) {
        bytes.append(
            new String(
                text.substring(start, i).getBytes(StandardCharsets.UTF_8),
                StandardCharsets.ISO_8859_1));
        if (escaped) {
          bytes.append((char) (text.charAt(i) - ESCAPE_BASE));
          start = i + 1;
        }
      }
    }
    return bytes.toString();
  }

  private static boolean isEscape(String text, int index) {
    char c = text.charAt(index);
    boolean pairs = index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
    return c >= ESCAPE_BASE + 0x80 && c <= ESCAPE_BASE + 0xFF && !pairs;
  }

  /// The text of these bytes: see the class on what is not UTF-8.
  public static String textOfBytes(String bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1));
    CharBuffer out = CharBuffer.allocate(bytes.length());
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    while (in.hasRemaining()) {
      CoderResult result = decoder.decode(in, out, true);
      if (result.isError()) {
        for (int i = 0; i < result.length(); i++) {
          out.put((char) (ESCAPE_BASE + (in.get() & 0xFF)));
        }
        decoder.reset();
      } else if (result.isOverflow()) {
        throw new IllegalStateException(new CharacterCodingException());
      }
    }
    return out.flip().toString();
  }

  /// What people and JSON see.
  public String toText() {
    return textOfBytes(bytes);
  }

  /// Whether this is SOURCE itself.
  public boolean isRoot() {
    return bytes.isEmpty();
  }

  /// The names from the root down; none for the root.
  public List<String> names() {
    return isRoot() ? List.of() : List.of(bytes.split("/", -1));
  }

  /// The last name, empty for the root.
  public String name() {
    return bytes.substring(bytes.lastIndexOf('/') + 1);
  }

  /// The directory that holds this; the root's is the root.
  public TreePath parent() {
    int slash = bytes.lastIndexOf('/');
    return slash < 0 ? ROOT : new TreePath(bytes.substring(0, slash));
  }

  /// The entry `name` (bytes) of this directory.
  public TreePath child(String name) {
    return new TreePath(isRoot() ? name : bytes + "/" + name);
  }

  /// The path `below` (itself relative to this directory).
  public TreePath resolve(TreePath below) {
    return below.isRoot() ? this : isRoot() ? below : new TreePath(bytes + "/" + below.bytes);
  }

  /// Whether this is `directory` or lies below it.
  public boolean isWithin(TreePath directory) {
    return directory.isRoot()
        || bytes.equals(directory.bytes)
        || bytes.startsWith(directory.bytes + "/");
  }

  /// This path as seen from `directory`, within which it lies.
  public TreePath relativeTo(TreePath directory) {
    if (!isWithin(directory)) {
      throw new IllegalArgumentException(bytes + " is not below " + directory.bytes);
    }
    if (directory.isRoot()) {
      return this;
    }
    return bytes.length() == directory.bytes.length()
        ? ROOT
        : new TreePath(bytes.substring(directory.bytes.length() + 1));
  }

  @Override
  public int compareTo(TreePath other) {
    return bytes.compareTo(other.bytes);
  }

  @Override
  public String toString() {
    return toText();
  }
}
