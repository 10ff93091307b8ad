package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// Reads a part of a checkpoint from its start to its end. Reading beyond is a [StoreBroken], never
/// an exception of the memory's.
final class ImageReader {
  private final MemorySegment part;
  private long position;

  ImageReader(MemorySegment part) {
    this.part = part;
  }

  boolean hasMore() {
    return position < part.byteSize();
  }

  int getInt() throws StoreBroken {
    return part.get(RecordHeader.INT, advance(Integer.BYTES));
  }

  long getLong() throws StoreBroken {
    return part.get(RecordHeader.LONG, advance(Long.BYTES));
  }

  /// A name, one char a byte.
  String getName() throws StoreBroken {
    int length = Short.toUnsignedInt(part.get(RecordHeader.SHORT, advance(Short.BYTES)));
    byte[] bytes = new byte[length];
    MemorySegment.copy(part, ValueLayout.JAVA_BYTE, advance(length), bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private long advance(int bytes) throws StoreBroken {
    long at = position;
    if (bytes > part.byteSize() - at) {
      throw new StoreBroken("a part of a checkpoint ends too early");
    }
    position = at + bytes;
    return at;
  }
}
