package org.vexfs.daemon.store;

/// A place in the log that tells what was said before from what was said after.
///
/// @param segment the number of the segment
/// @param position bytes from its start
public record LogMark(long segment, long position) {
  private static final long LARGEST_NUMBER = 0xFFFF_FFFFL;

  /// The mark that two numbers of 32 bits are, zeros for none.
  static LogMark of(int segment, int position) {
    return new LogMark(Integer.toUnsignedLong(segment), Integer.toUnsignedLong(position));
  }

  /// Before everything, and where it is not known what came before.
  static LogMark none() {
    return new LogMark(0, 0);
  }

  /// Whether there is nothing before.
  public boolean isNone() {
    return segment == 0;
  }

  /// Whether both numbers fit 32 bits.
  boolean isSmall() {
    return segment <= LARGEST_NUMBER && position <= LARGEST_NUMBER;
  }

  /// Whether what lies there was said before.
  boolean isAfter(long otherSegment, long otherPosition) {
    return otherSegment < segment || (otherSegment == segment && otherPosition < position);
  }
}
