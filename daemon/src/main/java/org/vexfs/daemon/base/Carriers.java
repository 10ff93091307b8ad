package org.vexfs.daemon.base;

/// The platform threads that virtual threads run on.
public final class Carriers {
  /// How many there are.
  public static final int COUNT =
      Integer.getInteger(
          "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());

  private Carriers() {}
}
