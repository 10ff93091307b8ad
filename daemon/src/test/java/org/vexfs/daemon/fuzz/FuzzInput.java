package org.vexfs.daemon.fuzz;

import java.util.Arrays;

/// An input as decisions: each takes a byte or two from its front, and zeros where it has ended.
public final class FuzzInput {
  private final byte[] bytes;
  private int position;

  /// Decisions from these bytes.
  public FuzzInput(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Whether all was taken.
  public boolean isEmpty() {
    return position == bytes.length;
  }

  /// 0 to 255.
  public int nextByte() {
    return isEmpty() ? 0 : bytes[position++] & 0xFF;
  }

  /// 0 to `bound` - 1, of a bound up to 65,536.
  public int next(int bound) {
    int value = bound > 256 ? nextByte() << 8 | nextByte() : nextByte();
    return value % bound;
  }

  /// The next bytes, as many as there are of so many.
  public byte[] take(int count) {
    int end = Math.min(bytes.length, position + count);
    byte[] taken = Arrays.copyOfRange(bytes, position, end);
    position = end;
    return taken;
  }

  /// All that is left.
  public byte[] rest() {
    return take(bytes.length - position);
  }
}
