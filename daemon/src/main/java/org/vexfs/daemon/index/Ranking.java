package org.vexfs.daemon.index;

/// A slot and its distance in one long, ordered as (distance, slot): ties go to the lower slot, so
/// what depends on the order is deterministic.
final class Ranking {
  /// Ranks behind every other.
  static final long LAST = Long.MAX_VALUE;

  private Ranking() {}

  static long of(int slot, float distance) {
    // Adding zero makes one zero of the two; the exclusive or turns sign-magnitude into
    // two's complement.
    int bits = Float.floatToRawIntBits(distance + 0f);
    int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return ((long) ordered << 32) | slot;
  }

  static int slot(long ranking) {
    return (int) ranking;
  }

  static float distance(long ranking) {
    int ordered = (int) (ranking >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
  }
}
