package org.vexfs.daemon.search;

import java.util.List;

/// What a query found: the hits of each of its vectors, in order, with their summary.
///
/// @param results one a vector of the target
public record Answer(List<Result> results) {
  /// Makes the list immutable.
  public Answer {
    results = List.copyOf(results);
  }

  /// The hits of one vector.
  ///
  /// @param hits nearest first
  /// @param summary the closing line
  public record Result(List<Hit> hits, SearchSummary summary) {
    /// Makes the list immutable.
    public Result {
      hits = List.copyOf(hits);
    }
  }

  /// As JSON lines.
  public byte[] toJsonLines() {
    ResultWriter writer = new ResultWriter();
    for (Result result : results) {
      result.hits().forEach(writer::write);
      writer.write(result.summary());
    }
    return writer.toBytes();
  }

  /// As the table that people read.
  public byte[] toTable() {
    return ResultTable.format(results.stream().flatMap(result -> result.hits().stream()).toList());
  }
}
