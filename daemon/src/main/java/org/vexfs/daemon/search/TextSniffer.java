package org.vexfs.daemon.search;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Tells whether a file is text, from its beginning; a few KiB are enough.
///
/// Text has no NUL, hardly any control characters besides those of layout and terminals, and is
/// UTF-8, perhaps cut within its last character, or looks like Latin-1: mostly ASCII. UTF-16 is not
/// recognised; compressed data of some length never passes.
public final class TextSniffer {
  /// One control character in so many bytes is let pass, since logs and old documents have some.
  private static final int BYTES_PER_CONTROL = 64;

  /// In Latin-1, western languages write fewer than one letter in four beyond ASCII.
  private static final int BYTES_PER_LATIN_LETTER = 4;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextSniffer() {}

  /// Whether a file that begins with these bytes is text. An empty one is.
  public static boolean isText(byte[] prefix, int length) {
    return decode(prefix, length).isPresent();
  }

  /// The text of a file, or of its beginning, without a byte order mark and a cut last character;
  /// empty where it is none.
  public static Optional<String> decode(byte[] bytes, int length) {
    int controls = 0;
    int beyondAscii = 0;
    int latinControls = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == 0) {
        return Optional.empty();
      }
      controls += isControl(bytes[i]) ? 1 : 0;
      beyondAscii += bytes[i] < 0 ? 1 : 0;
      latinControls += (bytes[i] & 0xE0) == 0x80 ? 1 : 0;
    }
    if (controls > length / BYTES_PER_CONTROL) {
      return Optional.empty();
    }
    Optional<String> unicode = decodeUtf8(bytes, length);
    boolean latin =
        beyondAscii <= length / BYTES_PER_LATIN_LETTER
            && controls + latinControls <= length / BYTES_PER_CONTROL;
    return unicode.isPresent() || !latin
        ? unicode
        : Optional.of(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
  }

  /// Control characters other than those that lay text out or drive a terminal.
  private static boolean isControl(byte b) {
    boolean layout = (b >= '\b' && b <= '\r' && b != 0x0B) || b == 0x1B;
    return (b >= 0 && b < ' ' && !layout) || b == 0x7F;
  }

  private static Optional<String> decodeUtf8(byte[] bytes, int length) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer text = CharBuffer.allocate(length);
    // Not the end of input: an incomplete last character stays unread instead of being malformed.
    if (decoder.decode(ByteBuffer.wrap(bytes, 0, length), text, false).isError()) {
      return Optional.empty();
    }
    text.flip();
    boolean marked = text.hasRemaining() && text.get(0) == BYTE_ORDER_MARK;
    return Optional.of(text.subSequence(marked ? 1 : 0, text.remaining()).toString());
  }
}
