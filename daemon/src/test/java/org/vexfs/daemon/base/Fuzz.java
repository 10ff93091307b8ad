package org.vexfs.daemon.base;

/// How tests with random input run: with the seed that they have, or with that of
/// `-Dvexfs.fuzz.seed`; and as often as suits a build, or `-Dvexfs.fuzz.effort` times as often.
public final class Fuzz {
  private static final int EFFORT = Integer.getInteger("vexfs.fuzz.effort", 1);

  private Fuzz() {}

  /// Says on standard output what to repeat the test with.
  ///
  /// @param usual the seed where none is given
  public static long seed(String test, long usual) {
    long seed = Long.getLong("vexfs.fuzz.seed", usual);
    System.out.println(test + ": repeat with -Dvexfs.fuzz.seed=" + seed);
    return seed;
  }

  /// How often to do something that a build does `usual` times.
  public static int rounds(int usual) {
    return Math.multiplyExact(usual, EFFORT);
  }
}
