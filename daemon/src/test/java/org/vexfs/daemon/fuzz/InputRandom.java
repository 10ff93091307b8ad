package org.vexfs.daemon.fuzz;

import java.util.Random;

/// Numbers for a generator of random input that a fuzzer chooses; after the input's end they are
/// random ones, the same every time.
public final class InputRandom extends Random {
  private static final long serialVersionUID = 1L;

  private final transient FuzzInput input;

  /// Numbers from this input.
  public InputRandom(byte[] input) {
    super(0);
    this.input = new FuzzInput(input);
  }

  /// Whether numbers are no longer the fuzzer's.
  public boolean isSpent() {
    return input.isEmpty();
  }

  @Override
  protected int next(int bits) {
    if (input == null || input.isEmpty()) {
      return super.next(bits);
    }
    int value = 0;
    for (int i = 0; i < Integer.BYTES && 8 * i < bits; i++) {
      value = value << 8 | input.nextByte();
    }
    // Small bounds take the high bits where they are powers of two, and a remainder elsewhere.
    return bits < Integer.SIZE ? value & (1 << bits) - 1 : value;
  }
}
