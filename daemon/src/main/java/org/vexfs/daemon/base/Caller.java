package org.vexfs.daemon.base;

/// The process that makes a request.
///
/// @param uid its user, for file system purposes
/// @param gid its group, likewise
/// @param pid its process id, 0 where the kernel sends none
/// @param umask its file mode creation mask
public record Caller(int uid, int gid, int pid, int umask) {}
