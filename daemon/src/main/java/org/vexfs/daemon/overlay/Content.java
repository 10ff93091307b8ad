package org.vexfs.daemon.overlay;

/// Where the bytes of a read come from.
public sealed interface Content {
  /// The host's file behind a descriptor, at the offset of the request: the kernel moves the bytes.
  ///
  /// @param descriptor open for reading, for as long as the handle is
  record OfDescriptor(int descriptor) implements Content {}

  /// Bytes in memory.
  final class OfBytes implements Content {
    private final byte[] bytes;
    private final int from;
    private final int length;

    /// `length` bytes of `bytes` from index `from`; the array is not written to any more.
    public OfBytes(byte[] bytes, int from, int length) {
      this.bytes = bytes;
      this.from = from;
      this.length = length;
    }

    /// The part of `bytes` that a read of `size` bytes at `offset` gets.
    public static OfBytes range(byte[] bytes, long offset, int size) {
      int from = (int) Math.min(offset, bytes.length);
      return new OfBytes(bytes, from, Math.min(size, bytes.length - from));
    }

    /// The array that holds them.
    public byte[] bytes() {
      return bytes;
    }

    /// Index of the first.
    public int from() {
      return from;
    }

    /// How many.
    public int length() {
      return length;
    }
  }
}
