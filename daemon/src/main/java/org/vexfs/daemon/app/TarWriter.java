package org.vexfs.daemon.app;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Writes a tar archive of plain files, in the format `ustar` of POSIX.1-1988, front to back.
///
/// Names have at most 100 ASCII characters and members less than 8 GiB, which is what that format
/// holds without extensions.
final class TarWriter implements Closeable {
  static final int BLOCK_BYTES = 512;
  static final int NAME_BYTES = 100;
  static final int SIZE_OFFSET = 124;
  static final int SIZE_DIGITS = 11;
  static final int CHECKSUM_OFFSET = 148;
  static final int CHECKSUM_BYTES = 8;
  static final int TYPE_OFFSET = 156;
  static final int MAGIC_OFFSET = 257;
  static final String MAGIC = "ustar";

  private static final int MODE_OFFSET = 100;
  private static final int UID_OFFSET = 108;
  private static final int GID_OFFSET = 116;
  private static final int TIME_OFFSET = 136;
  private static final int VERSION_OFFSET = 263;
  private static final int ID_DIGITS = 7;
  private static final long MODE = 0644;
  private static final long MAX_MEMBER_BYTES = (1L << (3 * SIZE_DIGITS)) - 1;
  private static final byte[] ZEROS = new byte[BLOCK_BYTES];

  private final OutputStream out;
  private final long timeSeconds = System.currentTimeMillis() / 1000;

  /// Writes to `out`, which is closed with this.
  TarWriter(OutputStream out) {
    this.out = out;
  }

  /// Adds a file.
  void add(String name, byte[] content) throws IOException {
    out.write(header(name, content.length));
    out.write(content);
    pad(content.length);
  }

  /// Adds a file with the content of another, which must not change meanwhile.
  void add(String name, Path content) throws IOException {
    long size = Files.size(content);
    out.write(header(name, size));
    try (InputStream in = Files.newInputStream(content)) {
      long copied = in.transferTo(out);
      if (copied != size) {
        throw new IOException(content + " changed while it was read");
      }
    }
    pad(size);
  }

  private byte[] header(String name, long size) throws IOException {
    if (name.length() > NAME_BYTES || size > MAX_MEMBER_BYTES) {
      throw new IOException(name + " is too long or too large for a tar archive");
    }
    byte[] header = new byte[BLOCK_BYTES];
    put(header, 0, name);
    putOctal(header, MODE_OFFSET, ID_DIGITS, MODE);
    putOctal(header, UID_OFFSET, ID_DIGITS, 0);
    putOctal(header, GID_OFFSET, ID_DIGITS, 0);
    putOctal(header, SIZE_OFFSET, SIZE_DIGITS, size);
    putOctal(header, TIME_OFFSET, SIZE_DIGITS, timeSeconds);
    header[TYPE_OFFSET] = '0';
    put(header, MAGIC_OFFSET, MAGIC);
    put(header, VERSION_OFFSET, "00");
    putOctal(header, CHECKSUM_OFFSET, CHECKSUM_BYTES - 2, checksum(header));
    header[CHECKSUM_OFFSET + CHECKSUM_BYTES - 1] = ' ';
    return header;
  }

  /// The sum of a header's bytes, those of the sum itself taken for spaces.
  static long checksum(byte[] header) {
    byte[] summed = header.clone();
    Arrays.fill(summed, CHECKSUM_OFFSET, CHECKSUM_OFFSET + CHECKSUM_BYTES, (byte) ' ');
    long sum = 0;
    for (byte b : summed) {
      sum += Byte.toUnsignedInt(b);
    }
    return sum;
  }

  private static void put(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }

  private static void putOctal(byte[] header, int offset, int digits, long value) {
    String octal = Long.toOctalString(value);
    put(header, offset, "0".repeat(digits - octal.length()) + octal);
  }

  private void pad(long size) throws IOException {
    out.write(ZEROS, 0, (int) (-size & (BLOCK_BYTES - 1)));
  }

  /// Ends the archive.
  @Override
  public void close() throws IOException {
    try (out) {
      out.write(ZEROS);
      out.write(ZEROS);
    }
  }
}
