package org.vexfs.daemon.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// Gives images that were tampered with the checksums of what was written.
public final class ImageSeal {
  private ImageSeal() {}

  /// Where the directory of a sound image begins: its first entry leads to the first run.
  public static int directory(byte[] image) {
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int entry = image.length - GraphImageWriter.FOOT_BYTES - GraphImageWriter.ENTRY_BYTES;
    while (bytes.getLong(entry) != GraphImageWriter.HEAD_BYTES) {
      entry -= GraphImageWriter.ENTRY_BYTES;
    }
    return entry;
  }

  /// The same image, whose runs and head were changed, with checksums that fit.
  public static byte[] renew(byte[] image) {
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int directory = directory(image);
    int end = image.length - GraphImageWriter.FOOT_BYTES;
    for (int entry = directory; entry < end; entry += GraphImageWriter.ENTRY_BYTES) {
      int start = (int) bytes.getLong(entry);
      int next = entry + GraphImageWriter.ENTRY_BYTES;
      int length = (next < end ? (int) bytes.getLong(next) : directory) - start;
      CRC32C crc = new CRC32C();
      crc.update(image, start, length);
      bytes.putInt(entry + GraphImageWriter.ENTRY_CHECKSUM, (int) crc.getValue());
    }
    CRC32C crc = new CRC32C();
    crc.update(image, 0, GraphImageWriter.HEAD_BYTES);
    crc.update(image, directory, end - directory);
    bytes.putInt(end, (int) crc.getValue());
    return image;
  }
}
