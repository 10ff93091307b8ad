package org.vexfs.daemon.io;

/// What a file is found again by, wherever it went: a number made of its inode number and its time
/// of birth.
///
/// Such a fingerprint is *lasting*: no other file ever had it or will have it, though inode numbers
/// are used again. A host's file system that keeps no times of birth has inode numbers alone to
/// offer, which prove nothing by themselves. The sign tells the two apart: lasting ones are
/// negative, inode numbers positive, and 0 stands for a file that is not there.
///
/// Of a million files two have the same with a probability of one in ten million.
public final class Fingerprint {
  // The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
  // generators, OOPSLA 2014).
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final long FIRST_FACTOR = 0xBF58476D1CE4E5B9L;
  private static final long SECOND_FACTOR = 0x94D049BB133111EBL;

  private Fingerprint() {}

  /// The fingerprint of a file whose time of birth is known.
  static long of(long inode, long birthSeconds, int birthNanos) {
    long mixed = mix(mix(mix(inode) + birthSeconds) + birthNanos);
    return mixed | Long.MIN_VALUE;
  }

  /// The fingerprint of a file whose time of birth is not known.
  static long of(long inode) {
    return inode & Long.MAX_VALUE;
  }

  /// Whether no other file can have this fingerprint.
  public static boolean isLasting(long fingerprint) {
    return fingerprint < 0;
  }

  private static long mix(long value) {
    long mixed = value + GAMMA;
    mixed = (mixed ^ (mixed >>> 30)) * FIRST_FACTOR;
    mixed = (mixed ^ (mixed >>> 27)) * SECOND_FACTOR;
    return mixed ^ (mixed >>> 31);
  }
}
