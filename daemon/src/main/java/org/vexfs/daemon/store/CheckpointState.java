package org.vexfs.daemon.store;

import java.time.Instant;
import java.util.Optional;

/// What the next start would find.
///
/// @param number of the latest checkpoint, counted over the store's life; 0 before the first
/// @param written when it was written, where there is one
/// @param replayBytes bytes of the log that were appended after it, which are to be replayed
public record CheckpointState(long number, Optional<Instant> written, long replayBytes) {}
