package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

final class TextSnifferTest {
  private static final String GERMAN = "Größere Bäume stehen übers Jahr am Fluß entlang. ";

  private static boolean isText(byte[] bytes) {
    return TextSniffer.isText(bytes, bytes.length);
  }

  @Test
  void isText_utf8CutAnywhere_isText() {
    byte[] bytes = "Größe €5, 日本語 🙂\n".getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length <= bytes.length; length++) {
      assertTrue(TextSniffer.isText(bytes, length), "first " + length);
    }
  }

  @Test
  void decode_cutCharacterAndByteOrderMark_areLeftOut() {
    byte[] bytes = "\uFEFFab€".getBytes(StandardCharsets.UTF_8);
    assertEquals(Optional.of("ab"), TextSniffer.decode(bytes, bytes.length - 1));
    assertEquals(Optional.of("ab€"), TextSniffer.decode(bytes, bytes.length));
    assertEquals(Optional.of(""), TextSniffer.decode(new byte[0], 0));
  }

  @Test
  void decode_latin1_isReadAsSuch() {
    byte[] bytes = GERMAN.getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(Optional.of(GERMAN), TextSniffer.decode(bytes, bytes.length));
  }

  @Test
  void isText_terminalColoursAndRareControls_areText() {
    assertTrue(isText("\u001b[31mred\u001b[0m\r\n\tx\f".getBytes(StandardCharsets.US_ASCII)));
    assertTrue(isText((GERMAN.repeat(3) + "\u0001").getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void isText_binary_isNone() throws IOException {
    assertFalse(isText(new byte[] {'a', 'b', 0, 'c'}));
    assertFalse(isText("\u007fELF\u0002\u0001\u0001".getBytes(StandardCharsets.ISO_8859_1)));
    assertFalse(isText(GERMAN.getBytes(StandardCharsets.UTF_16LE)));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      Random words = new Random(5);
      for (int i = 0; i < 500; i++) {
        deflater.write(Integer.toString(words.nextInt()).getBytes(StandardCharsets.US_ASCII));
      }
    }
    assertFalse(isText(packed.toByteArray()));
  }

  @Test
  void isText_randomBytes_areNone() {
    long seed = 11;
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[64];
      random.nextBytes(bytes);
      assertFalse(isText(bytes), "seed " + seed + ", round " + i);
    }
  }
}
