package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.vexfs.daemon.io.StorageFile;

/// Writes the parts of a checkpoint one after another, and then its head: a file that was cut off
/// before its end has no sound head.
final class CheckpointWriter {
  private static final int BUFFER_BYTES = 1 << 20;

  private final StorageFile file;
  private final int partCount;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final List<CheckpointHead.Part> parts = new ArrayList<>();

  private CRC32C crc = new CRC32C();
  private long partStart;
  private long flushed;

  /// Writes to `file`, which is empty, `parts` parts.
  CheckpointWriter(StorageFile file, int parts) {
    this.file = file;
    this.partCount = parts;
    this.partStart = CheckpointHead.bytes(parts);
    this.flushed = partStart;
  }

  /// Appends to the part that ends with the next [#endPart].
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

  /// What was written since the last part is the part `name`.
  void endPart(String name) throws IOException {
    flush();
    parts.add(new CheckpointHead.Part(name, partStart, flushed - partStart, (int) crc.getValue()));
    partStart = flushed;
    crc = new CRC32C();
  }

  /// Writes the head, which gets the parts that were written, and makes the file durable.
  void finish(CheckpointHead head) throws IOException {
    if (parts.size() != partCount) {
      throw new IllegalStateException(parts.size() + " parts instead of " + partCount);
    }
    CheckpointHead whole =
        new CheckpointHead(
            head.store(),
            head.number(),
            head.segment(),
            head.position(),
            head.sequence(),
            head.lastNode(),
            parts);
    writeFully(whole.encode(), 0);
    file.sync();
  }

  private void flush() throws IOException {
    buffer.flip();
    crc.update(buffer.duplicate());
    int count = buffer.remaining();
    writeFully(buffer, flushed);
    flushed += count;
    buffer.clear();
  }

  private void writeFully(ByteBuffer source, long position) throws IOException {
    long target = position;
    while (source.hasRemaining()) {
      target += file.write(source, target);
    }
  }
}
