package org.vexfs.daemon.base;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// A search, as the Flight Recorder keeps it: at its end, with how long it took.
@Name("org.vexfs.Search")
@Label("Search")
@Category("VexFS")
@StackTrace(false)
final class SearchEvent extends Event {
  @Label("Directory")
  private final String directory;

  @Label("Time")
  @Timespan(Timespan.NANOSECONDS)
  private final long took;

  @Label("Hits")
  private final int hits;

  private SearchEvent(String directory, long took, int hits) {
    this.directory = directory;
    this.took = took;
    this.hits = hits;
  }

  static void commit(String directory, long took, int hits) {
    SearchEvent event = new SearchEvent(directory, took, hits);
    if (event.shouldCommit()) {
      event.commit();
    }
  }

  @Override
  public String toString() {
    return "search of " + directory + ": " + took + " ns, " + hits + " hits";
  }
}
