/// Files as the store needs them: named files of one directory that are appended to, mapped, cut
/// and flushed, behind an interface narrow enough that tests can replace the disk by one that
/// loses, tears and refuses writes.
///
/// - [org.vexfs.daemon.io.StorageDirectory] is where files lie, [org.vexfs.daemon.io.StorageFile]
///   is one of them; [org.vexfs.daemon.io.HostDirectory] is the directory of a real file system.
/// - [org.vexfs.daemon.io.MappedFile] is a file that grows while it is mapped for reading.
/// - [org.vexfs.daemon.io.Host] makes the host's file system calls, for the overlay.
///
/// Errors are `IOException`s. Two kinds have types of their own because their callers act on them:
/// [org.vexfs.daemon.io.StorageFullException] (nothing is broken, space may come back) and
/// [org.vexfs.daemon.io.StorageBusyException] (another process holds the lock).
///
/// Threads: a directory and its files may be used by any thread at once; two writes of the same
/// bytes at the same time are the caller's to prevent. A thread that is interrupted while it reads
/// or writes finishes its work and stays marked as interrupted.
package org.vexfs.daemon.io;
