package org.vexfs.daemon.overlay;

/// What an `ioctl(2)` brings back.
///
/// @param result what the call returns, not negative
/// @param output bytes for the caller's memory, no more than it has; handed over
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Controlled(int result, byte[] output) {}
