package org.vexfs.daemon.store;

/// Slots that follow one another.
///
/// @param first the lowest
/// @param count how many, at least 1
public record SlotRange(int first, int count) {}
