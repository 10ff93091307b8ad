package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.vexfs.daemon.index.ImageSeal;

/// Gives files of a store that were tampered with the checksums of what was written.
final class StoreSeal {
  private static final int HEAD_CHECKSUM = 60;
  private static final int GRAPH_HEAD_BYTES = 64;
  private static final int GRAPH_CHECKSUM = 48;
  private static final int CHECKPOINT_PARTS = 72;
  private static final int CHECKPOINT_FIXED_BYTES = 80;
  private static final int PART_BYTES = 48;
  private static final int PART_NAME_BYTES = 24;

  private StoreSeal() {}

  /// The same file, with checksums that fit as far as its structure can be followed.
  static byte[] renew(String name, byte[] file) {
    byte[] sealed = file.clone();
    if (SegmentHeader.isFileName(name) && file.length >= SegmentHeader.BYTES) {
      renewSegment(sealed);
    } else if (CheckpointHead.isFileName(name) && file.length >= CHECKPOINT_FIXED_BYTES) {
      renewCheckpoint(sealed);
    } else if (GraphFiles.isFileName(name) && file.length > GRAPH_HEAD_BYTES) {
      renewGraph(sealed);
    }
    return sealed;
  }

  private static ByteBuffer numbers(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int checksum(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  private static void renewSegment(byte[] file) {
    ByteBuffer numbers = numbers(file);
    numbers.putInt(HEAD_CHECKSUM, checksum(file, 0, HEAD_CHECKSUM));
    UUID store = new UUID(numbers.getLong(16), numbers.getLong(24));
    RecordChecksum checksum = new RecordChecksum(store, numbers.getLong(32));
    MemorySegment bytes = MemorySegment.ofArray(file);
    int at = SegmentHeader.BYTES;
    while (at + RecordHeader.BYTES <= file.length) {
      int length = RecordHeader.read(bytes, at).length();
      if (length < RecordHeader.BYTES || length > file.length - at) {
        return;
      }
      numbers.putInt(at + RecordHeader.CHECKSUM_OFFSET, checksum.of(bytes, at, length, at));
      at += length;
    }
  }

  private static void renewCheckpoint(byte[] file) {
    ByteBuffer numbers = numbers(file);
    int parts = numbers.getInt(CHECKPOINT_PARTS);
    long headBytes = CHECKPOINT_FIXED_BYTES + (long) parts * PART_BYTES;
    if (parts < 0 || headBytes > file.length) {
      return;
    }
    for (int i = 0; i < parts; i++) {
      int part = CHECKPOINT_FIXED_BYTES + i * PART_BYTES + PART_NAME_BYTES;
      long offset = numbers.getLong(part);
      long length = numbers.getLong(part + 8);
      if (offset >= 0 && length >= 0 && offset <= file.length && length <= file.length - offset) {
        numbers.putInt(part + 16, checksum(file, (int) offset, (int) (offset + length)));
      }
    }
    byte[] head = Arrays.copyOf(file, (int) headBytes);
    CheckpointHead.withChecksum(numbers(head));
    System.arraycopy(head, 0, file, 0, head.length);
  }

  private static void renewGraph(byte[] file) {
    byte[] image = Arrays.copyOfRange(file, GRAPH_HEAD_BYTES, file.length);
    try {
      System.arraycopy(ImageSeal.renew(image), 0, file, GRAPH_HEAD_BYTES, image.length);
    } catch (IndexOutOfBoundsException _) {
      // Its directory leads nowhere; the graph is refused as it is.
    }
    ByteBuffer numbers = numbers(file);
    numbers.putInt(GRAPH_CHECKSUM, checksum(file, GRAPH_HEAD_BYTES, file.length));
    numbers.putInt(HEAD_CHECKSUM, checksum(file, 0, HEAD_CHECKSUM));
  }
}
