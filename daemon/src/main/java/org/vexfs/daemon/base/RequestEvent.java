package org.vexfs.daemon.base;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// A request of the kernel, as the Flight Recorder keeps it: at its end, with how long it took.
@Name("org.vexfs.Request")
@Label("Request")
@Category("VexFS")
@StackTrace(false)
final class RequestEvent extends Event {
  @Label("Operation")
  private final String operation;

  @Label("Node")
  private final long node;

  @Label("Time From Receipt To End")
  @Timespan(Timespan.NANOSECONDS)
  private final long took;

  @Label("Errno")
  private final int errno;

  private RequestEvent(String operation, long node, long took, int errno) {
    this.operation = operation;
    this.node = node;
    this.took = took;
    this.errno = errno;
  }

  static void register() {
    FlightRecorder.register(RequestEvent.class);
    FlightRecorder.register(SearchEvent.class);
  }

  static void commit(String operation, long node, long took, int errno) {
    RequestEvent event = new RequestEvent(operation, node, took, errno);
    if (event.shouldCommit()) {
      event.commit();
    }
  }

  @Override
  public String toString() {
    return operation + " of node " + node + ": " + took + " ns, errno " + errno;
  }
}
