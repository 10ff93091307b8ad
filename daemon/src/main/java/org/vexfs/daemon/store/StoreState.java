package org.vexfs.daemon.store;

import java.util.Optional;

/// Figures of an open store.
///
/// @param segments files of the log
/// @param bytes bytes written to them
/// @param liveBytes bytes of records that hold live vectors
/// @param deadBytes bytes of all other records: of vectors that were deleted or replaced, and of
///   what happened to names
/// @param entries entries of all collections
/// @param flushes how often the log was made durable since the store was opened
/// @param checkpoint how much a start has to do
/// @param readOnlyCause why the store takes no changes, where it does not
public record StoreState(
    int segments,
    long bytes,
    long liveBytes,
    long deadBytes,
    long entries,
    long flushes,
    CheckpointState checkpoint,
    Optional<String> readOnlyCause) {}
