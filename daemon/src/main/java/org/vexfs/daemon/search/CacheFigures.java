package org.vexfs.daemon.search;

/// How useful the cache of answers was so far, and what it holds.
///
/// @param lookups how often it was asked
/// @param hits how often it had the answer
/// @param entries answers that it holds
/// @param bytes about what they take
public record CacheFigures(long lookups, long hits, int entries, long bytes) {}
