package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;

/// What a checkpoint begins with: which store and place of its log it is of, and where its parts
/// lie; FORMAT.md, "Head of a checkpoint".
///
/// @param store whose checkpoint this is
/// @param number of the checkpoint, from 1
/// @param segment number of the log segment at whose `position` replay goes on
/// @param position where, in that segment
/// @param sequence the last record before it
/// @param lastNode the highest id of a node that was ever given
/// @param parts in the order in which they lie in the file
record CheckpointHead(
    UUID store,
    long number,
    long segment,
    long position,
    long sequence,
    long lastNode,
    List<Part> parts) {
  private static final byte[] MAGIC = "VEXFSCKP".getBytes(StandardCharsets.US_ASCII);

  /// Earlier versions had other parts; what they wrote is not used.
  private static final int FIRST_MAJOR = 3;

  private static final int FIXED_BYTES = 80;
  private static final int PART_BYTES = 48;
  private static final int MAX_PARTS = 4096;
  private static final int CHECKSUM_OFFSET = 76;
  private static final String SUFFIX = ".vexcheck";
  private static final int NAME_DIGITS = 10;

  /// Bytes of a part's name at most.
  private static final int PART_NAME_BYTES = 24;

  /// Where one part lies.
  ///
  /// @param name ASCII
  /// @param offset in the file
  /// @param length in bytes
  /// @param checksum CRC32C of these bytes
  record Part(String name, long offset, long length, int checksum) {}

  /// The name of the file that holds checkpoint `number`.
  static String fileName(long number) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, NAME_DIGITS - digits.length())) + digits + SUFFIX;
  }

  /// Whether a file of this name holds a checkpoint.
  static boolean isFileName(String name) {
    return name.matches("\\d{" + NAME_DIGITS + ",18}\\" + SUFFIX);
  }

  /// The number of the checkpoint that a file of this name holds.
  static long numberOf(String fileName) {
    return Long.parseLong(fileName.substring(0, fileName.length() - SUFFIX.length()));
  }

  /// Bytes of a head with so many parts.
  static int bytes(int parts) {
    return FIXED_BYTES + parts * PART_BYTES;
  }

  /// The bytes of this head.
  ByteBuffer encode() {
    int length = bytes(parts.size());
    ByteBuffer head = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    head.put(MAGIC).putShort((short) SegmentHeader.MAJOR).putShort((short) SegmentHeader.MINOR);
    head.putInt(length);
    head.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
    head.putLong(number).putLong(segment).putLong(position).putLong(sequence).putLong(lastNode);
    head.putInt(parts.size()).putInt(0);
    for (Part part : parts) {
      byte[] name = part.name().getBytes(StandardCharsets.US_ASCII);
      head.put(Arrays.copyOf(name, PART_NAME_BYTES));
      head.putLong(part.offset()).putLong(part.length()).putInt(part.checksum()).putInt(0);
    }
    return withChecksum(head);
  }

  /// A head, with the checksum that it has to have.
  static ByteBuffer withChecksum(ByteBuffer head) {
    return head.putInt(CHECKSUM_OFFSET, checksum(head, head.capacity())).rewind();
  }

  /// The head that a file begins with, where there is a whole and sound one.
  ///
  /// @throws StoreTooNew where it is of a version that this one cannot read
  static Optional<CheckpointHead> read(MemorySegment bytes, String file) throws StoreTooNew {
    if (bytes.byteSize() < FIXED_BYTES) {
      return Optional.empty();
    }
    long length = Integer.toUnsignedLong(bytes.get(RecordHeader.INT, 12));
    if (length < FIXED_BYTES || length > bytes(MAX_PARTS) || length > bytes.byteSize()) {
      return Optional.empty();
    }
    ByteBuffer head = bytes.asSlice(0, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    head.get(magic);
    if (!Arrays.equals(magic, MAGIC)
        || head.getInt(CHECKSUM_OFFSET) != checksum(head, (int) length)) {
      return Optional.empty();
    }
    int major = Short.toUnsignedInt(head.getShort());
    SegmentHeader.checkVersion(major, Short.toUnsignedInt(head.getShort()), file);
    if (major < FIRST_MAJOR) {
      return Optional.empty();
    }
    head.getInt();
    UUID store = new UUID(head.getLong(), head.getLong());
    long number = head.getLong();
    long segment = head.getLong();
    long position = head.getLong();
    long sequence = head.getLong();
    long lastNode = head.getLong();
    int count = head.getInt();
    if (count < 0 || bytes(count) != length) {
      return Optional.empty();
    }
    head.getInt();
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(readPart(head));
    }
    return Optional.of(
        new CheckpointHead(
            store, number, segment, position, sequence, lastNode, List.copyOf(parts)));
  }

  private static Part readPart(ByteBuffer head) {
    byte[] name = new byte[PART_NAME_BYTES];
    head.get(name);
    Part part =
        new Part(
            new String(name, StandardCharsets.US_ASCII).replace("\0", ""),
            head.getLong(),
            head.getLong(),
            head.getInt());
    head.getInt();
    return part;
  }

  private static int checksum(ByteBuffer head, int length) {
    CRC32C crc = new CRC32C();
    crc.update(head.duplicate().position(0).limit(CHECKSUM_OFFSET));
    crc.update(head.duplicate().position(CHECKSUM_OFFSET + Integer.BYTES).limit(length));
    return (int) crc.getValue();
  }
}
