package org.vexfs.daemon.overlay;

/// Whom the locks of ranges belong to: for `fcntl(2)`'s classic locks, a process.
///
/// @param value the kernel's number for it
public record LockOwner(long value) {}
