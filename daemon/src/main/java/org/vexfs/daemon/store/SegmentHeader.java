package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;

/// What a log segment begins with; FORMAT.md, "Segment header".
///
/// @param store what all segments of a store share, and no two stores do
/// @param number the segment's, from 1
/// @param firstSequence the sequence number of its first record
/// @param lastNode the highest number that a node was given before it; 0 where that is not known
/// @param major the major part of the version that began it
/// @param minor the minor part
record SegmentHeader(
    UUID store, long number, long firstSequence, long lastNode, int major, int minor) {
  /// Bytes of a header.
  static final int BYTES = 64;

  /// A version that is higher here is not to be read by this one.
  static final int MAJOR = 3;

  /// A version that differs only here may have more types of records.
  static final int MINOR = 1;

  /// As people read it.
  static final String VERSION = MAJOR + "." + MINOR;

  private static final byte[] MAGIC = "VEXFSLOG".getBytes(StandardCharsets.US_ASCII);
  private static final int CHECKSUM_OFFSET = 60;
  private static final String SUFFIX = ".vexlog";
  private static final int NAME_DIGITS = 10;

  /// The header of a new segment.
  SegmentHeader(UUID store, long number, long firstSequence, long lastNode) {
    this(store, number, firstSequence, lastNode, MAJOR, MINOR);
  }

  /// The name of the file that holds segment `number`.
  static String fileName(long number) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, NAME_DIGITS - digits.length())) + digits + SUFFIX;
  }

  /// Whether a file of this name holds a segment.
  static boolean isFileName(String name) {
    return name.matches("\\d{" + NAME_DIGITS + ",18}\\" + SUFFIX);
  }

  /// The number of the segment that a file of this name holds.
  static long numberOf(String fileName) {
    return Long.parseLong(fileName.substring(0, fileName.length() - SUFFIX.length()));
  }

  /// The version that began this segment, as people read it.
  String version() {
    return major + "." + minor;
  }

  /// Whether records of any type that this version writes may follow.
  boolean isOfThisVersion() {
    return major == MAJOR && minor == MINOR;
  }

  /// The bytes of this header.
  ByteBuffer encode() {
    ByteBuffer header = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putShort((short) major).putShort((short) minor).putInt(BYTES);
    header.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
    header.putLong(number).putLong(firstSequence).putLong(lastNode);
    return header.putInt(CHECKSUM_OFFSET, checksum(header)).rewind();
  }

  /// The header that a segment begins with, where there is a whole and sound one.
  ///
  /// @throws StoreTooNew where it is of a version that this one cannot read
  static Optional<SegmentHeader> read(MemorySegment segment, String file) throws StoreTooNew {
    if (segment.byteSize() < BYTES) {
      return Optional.empty();
    }
    ByteBuffer header = segment.asSlice(0, BYTES).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    header.get(magic);
    if (!Arrays.equals(magic, MAGIC) || header.getInt(CHECKSUM_OFFSET) != checksum(header)) {
      return Optional.empty();
    }
    int major = Short.toUnsignedInt(header.getShort());
    int minor = Short.toUnsignedInt(header.getShort());
    checkVersion(major, minor, file);
    header.getInt();
    return Optional.of(
        new SegmentHeader(
            new UUID(header.getLong(), header.getLong()),
            header.getLong(),
            header.getLong(),
            header.getLong(),
            major,
            minor));
  }

  /// Refuses what a version wrote that this one cannot read.
  static void checkVersion(int major, int minor, String file) throws StoreTooNew {
    if (major > MAJOR) {
      throw new StoreTooNew(
          file
              + " was written in format "
              + major
              + "."
              + minor
              + "; this version reads up to "
              + VERSION
              + ": use the newer VexFS");
    }
  }

  private static int checksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.duplicate().position(0).limit(CHECKSUM_OFFSET));
    return (int) crc.getValue();
  }
}
