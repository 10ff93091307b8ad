package org.vexfs.daemon.app;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Reads a tar archive as [TarWriter] and other programs write them, front to back. What are no
/// plain files (directories, extended headers) is passed over.
final class TarReader implements Closeable {
  private final InputStream in;

  /// Bytes of the current member that were not read yet, and the padding after it.
  private long left;

  private long padding;

  /// A file of the archive.
  ///
  /// @param name in the archive
  /// @param bytes its length
  record Member(String name, long bytes) {}

  /// Reads from `in`, which is closed with this.
  TarReader(InputStream in) {
    this.in = in;
  }

  /// The next file; none at the end.
  Optional<Member> next() throws IOException {
    while (true) {
      in.skipNBytes(left + padding);
      left = 0;
      padding = 0;
      byte[] header = in.readNBytes(TarWriter.BLOCK_BYTES);
      if (header.length == 0 || isZero(header)) {
        return Optional.empty();
      }
      check(header);
      left = octal(header, TarWriter.SIZE_OFFSET, TarWriter.SIZE_DIGITS);
      padding = -left & (TarWriter.BLOCK_BYTES - 1);
      byte type = header[TarWriter.TYPE_OFFSET];
      if (type == '0' || type == 0) {
        return Optional.of(new Member(text(header, 0, TarWriter.NAME_BYTES), left));
      }
    }
  }

  private static void check(byte[] header) throws IOException {
    if (header.length < TarWriter.BLOCK_BYTES) {
      throw new EOFException("the archive is cut off");
    }
    long sum = octal(header, TarWriter.CHECKSUM_OFFSET, TarWriter.CHECKSUM_BYTES);
    if (sum != TarWriter.checksum(header)) {
      throw new IOException("the archive is damaged, or no tar archive");
    }
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private static long octal(byte[] header, int offset, int length) throws IOException {
    String digits = text(header, offset, length).strip();
    try {
      long value = digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new IOException("the archive is damaged, or no tar archive");
  }

  private static String text(byte[] header, int offset, int length) {
    int end = offset;
    while (end < offset + length && header[end] != 0) {
      end++;
    }
    return new String(header, offset, end - offset, StandardCharsets.UTF_8);
  }

  /// Copies the current member's content.
  void copyTo(OutputStream out) throws IOException {
    byte[] buffer = new byte[64 << 10];
    while (left > 0) {
      int read = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
      if (read == 0) {
        throw new EOFException("the archive is cut off");
      }
      left -= read;
      out.write(buffer, 0, read);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
