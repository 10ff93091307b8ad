package org.vexfs.daemon.base;

/// Events of requests and searches for Java's Flight Recorder. Its module and the classes that need
/// it are loaded when they are turned on, so that other starts do not pay for them.
public final class FlightEvents {
  private static volatile boolean isOn;

  private FlightEvents() {}

  /// Loads what recording takes; from now on there are events.
  public static void turnOn() {
    LateModule.require("jdk.jfr", FlightEvents.class);
    RequestEvent.register();
    isOn = true;
  }

  /// A request has ended.
  ///
  /// @param startNanos when it was received, by `System.nanoTime()`
  /// @param errno what its caller got; 0 for success
  public static void request(String operation, long node, long startNanos, int errno) {
    if (isOn) {
      RequestEvent.commit(operation, node, System.nanoTime() - startNanos, errno);
    }
  }

  /// A search has ended.
  ///
  /// @param directory whose files were searched
  /// @param startNanos when it began, by `System.nanoTime()`
  /// @param hits what it found; -1 where it was refused
  public static void search(TreePath directory, long startNanos, int hits) {
    if (isOn) {
      SearchEvent.commit(directory.toText(), System.nanoTime() - startNanos, hits);
    }
  }
}
