package org.vexfs.daemon.control;

import java.util.Arrays;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.overlay.Content;

/// The content of a small file while it is open for writing: writes may come at any place and in
/// any order. Not safe for threads: whoever owns the handle orders its calls.
final class WrittenContent {
  private final String what;
  private final long maxBytes;
  private byte[] bytes;
  private int length;
  private boolean changed;

  /// Begins with what the file has.
  ///
  /// @param what what messages call the file
  /// @param maxBytes that it may have
  WrittenContent(String what, long maxBytes, byte[] present) {
    this.what = what;
    this.maxBytes = maxBytes;
    this.bytes = present;
    this.length = present.length;
  }

  void write(long offset, byte[] data) throws VectorFailure {
    long end = offset + data.length;
    if (end > maxBytes) {
      throw new VectorFailure.TooLarge(what + " has at most " + maxBytes + " bytes");
    }
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(maxBytes, Math.max(end, 2L * length)));
    }
    System.arraycopy(data, 0, bytes, (int) offset, data.length);
    length = Math.max(length, (int) end);
    changed = true;
  }

  /// What a read of `size` bytes at `offset` gets, as it is now: writes that follow do not reach
  /// it.
  Content read(long offset, int size) {
    int from = (int) Math.min(offset, length);
    byte[] range = Arrays.copyOfRange(bytes, from, from + Math.min(size, length - from));
    return new Content.OfBytes(range, 0, range.length);
  }

  /// Whether something was written since [#settled].
  boolean isChanged() {
    return changed;
  }

  /// What was written counts now.
  void settled() {
    changed = false;
  }

  /// What holds the content, in its first [#length] bytes; not to be kept.
  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }
}
