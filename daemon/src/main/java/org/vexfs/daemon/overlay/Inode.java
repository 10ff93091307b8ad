package org.vexfs.daemon.overlay;

import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.FileIdentity;

/// A file that the kernel knows of. Its `O_PATH` descriptor keeps the host's inode, and so its
/// number, alive for as long as the kernel may ask for it, under whatever name it then has.
final class Inode {
  final NodeId id;
  final FileIdentity file;
  final int descriptor;

  /// Further `O_PATH` descriptors, one for each other name by which a hard-linked file was looked
  /// up: when the name of one is removed, the file is still found by the others. Replaced as a
  /// whole, under the entry of [InodeTable] that holds this inode; read by anyone, who must check
  /// where a descriptor leads, as it may be closed meanwhile.
  volatile int[] otherNames = {};

  /// The content stamp of a file whose attributes were not looked at yet.
  static final long UNSEEN = 0;

  /// What [SourceChanges] last saw of the file's length and times.
  volatile long contentStamp = UNSEEN;

  /// References that the kernel holds; guarded by the entry of [InodeTable] that holds this inode.
  long lookups = 1;

  Inode(NodeId id, FileIdentity file, int descriptor) {
    this.id = id;
    this.file = file;
    this.descriptor = descriptor;
  }
}
