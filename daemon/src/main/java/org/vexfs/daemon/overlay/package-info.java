/// POSIX over SOURCE: inodes, handles, names, attributes; vectors as extended attributes.
///
/// Locks, in the order in which they may be taken: [Namespace]'s, then the vector store's own; an
/// [OpenDirectory]'s, [FileLocks]' and the entries of [InodeTable] alone.
package org.vexfs.daemon.overlay;
