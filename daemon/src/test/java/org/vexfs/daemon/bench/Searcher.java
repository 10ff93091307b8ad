package org.vexfs.daemon.bench;

import java.io.IOException;
import org.vexfs.daemon.base.VectorFailure;

/// One way to ask for the nearest files. What is timed is [#ask]; what the answer was is looked at
/// afterwards.
interface Searcher {
  /// What the way is called in the table.
  String name();

  /// Asks the `query`th query of the data set and has the whole answer before it returns.
  void ask(int query) throws IOException, VectorFailure;

  /// The distances of the last answer's hits.
  double[] distances();
}
