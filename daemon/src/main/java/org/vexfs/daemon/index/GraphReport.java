package org.vexfs.daemon.index;

import java.util.List;
import java.util.stream.Stream;

/// What the graph checker found.
///
/// @param nodes live nodes
/// @param layers layers that have a node
/// @param links links on layer 0
/// @param unreachable live nodes that no path on layer 0 leads to from the entry
/// @param faults what is wrong, a sentence each, at most [#MAX_FAULTS]; empty for a sound graph
public record GraphReport(int nodes, int layers, long links, int unreachable, List<String> faults) {
  /// How many faults are told.
  public static final int MAX_FAULTS = 100;

  /// Takes a copy of the faults.
  public GraphReport {
    faults = List.copyOf(faults);
  }

  /// The same, with what was found before.
  GraphReport after(List<String> before) {
    List<String> all = Stream.concat(before.stream(), faults.stream()).limit(MAX_FAULTS).toList();
    return new GraphReport(nodes, layers, links, unreachable, all);
  }

  /// Whether nothing is wrong.
  public boolean isSound() {
    return faults.isEmpty();
  }
}
