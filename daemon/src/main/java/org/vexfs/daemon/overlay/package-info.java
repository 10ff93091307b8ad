/// POSIX over SOURCE: inodes, handles, names, attributes; vectors as extended attributes.
///
/// Locks, in the order in which they may be taken: an [OpenDirectory]'s, [Namespace]'s, then the
/// vector store's own; [FileLocks]' and the entries of [InodeTable] alone. What must not wait for
/// them, or must not run within a request, has a thread of its own: [InodeTrimmer],
/// [VanishedFiles], [SourceChanges].
package org.vexfs.daemon.overlay;
