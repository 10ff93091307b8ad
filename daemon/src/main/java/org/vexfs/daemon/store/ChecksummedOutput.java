package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.vexfs.daemon.io.StorageFile;

/// Writes to a file from some position on, through a buffer, and takes the checksum of what it
/// writes. One thread at a time.
final class ChecksummedOutput {
  private static final int BUFFER_BYTES = 1 << 20;

  /// Bytes that a checksum takes in at a time; a `ByteBuffer` holds no more than 2 GiB.
  private static final long CHECKSUM_STEP_BYTES = 1L << 30;

  private final StorageFile file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  private CRC32C crc = new CRC32C();
  private long flushed;

  /// Writes to `file` from `position` on.
  ChecksummedOutput(StorageFile file, long position) {
    this.file = file;
    this.flushed = position;
  }

  /// The checksum of some bytes.
  static int checksum(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    for (long at = 0; at < bytes.byteSize(); at += CHECKSUM_STEP_BYTES) {
      long step = Math.min(CHECKSUM_STEP_BYTES, bytes.byteSize() - at);
      crc.update(bytes.asSlice(at, step).asByteBuffer());
    }
    return (int) crc.getValue();
  }

  /// Where the next byte goes; nothing is waiting in the buffer.
  long position() {
    return flushed;
  }

  /// The checksum of what was written since this was made or asked for it last.
  int checksum() {
    int value = (int) crc.getValue();
    crc = new CRC32C();
    return value;
  }

  void write(MemorySegment bytes) throws IOException {
    long at = 0;
    while (at < bytes.byteSize()) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      long count = Math.min(buffer.remaining(), bytes.byteSize() - at);
      buffer.put(bytes.asSlice(at, count).asByteBuffer());
      at += count;
    }
  }

  void flush() throws IOException {
    buffer.flip();
    crc.update(buffer.duplicate());
    int count = buffer.remaining();
    writeAt(buffer, flushed);
    flushed += count;
    buffer.clear();
  }

  /// Writes all that remains of `source`, past the buffer and the checksum.
  void writeAt(ByteBuffer source, long position) throws IOException {
    long target = position;
    while (source.hasRemaining()) {
      target += file.write(source, target);
    }
  }
}
