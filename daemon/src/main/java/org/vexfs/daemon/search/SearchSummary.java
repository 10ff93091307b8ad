package org.vexfs.daemon.search;

/// The line that closes the answer to one vector of a query.
///
/// @param query number of the target's vector, from 0
/// @param hits how many were found; fewer than asked for only where no more match
/// @param exact whether every vector in question was compared
/// @param searched vectors compared with the question to choose these hits
/// @param tookMicros time from the query's arrival in the engine to its last hit
public record SearchSummary(int query, int hits, boolean exact, long searched, long tookMicros) {
  /// The same, of an answer that took another time.
  SearchSummary tookNow(long micros) {
    return new SearchSummary(query, hits, exact, searched, micros);
  }
}
