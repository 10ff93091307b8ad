package org.vexfs.daemon.io;

/// A file of the host, by what identifies it while it exists.
///
/// @param device `st_dev`
/// @param inode `st_ino`
public record FileIdentity(long device, long inode) {}
