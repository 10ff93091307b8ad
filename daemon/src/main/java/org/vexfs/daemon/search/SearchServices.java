package org.vexfs.daemon.search;

import org.vexfs.daemon.store.VectorStore;

/// What searching takes, once it is up.
///
/// @param store the vectors
/// @param indexes what finds them fast
/// @param engine what answers queries
public record SearchServices(
    VectorStore store, CollectionIndexes indexes, KnnSearchEngine engine) {}
