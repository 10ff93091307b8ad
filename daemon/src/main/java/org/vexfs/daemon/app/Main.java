package org.vexfs.daemon.app;

/// The command line's entry point.
public final class Main {
  private Main() {}

  /// Runs the command that the arguments name.
  public static void main(String[] args) {
    System.out.println("vexfs");
  }
}
