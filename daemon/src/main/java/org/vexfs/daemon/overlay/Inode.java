package org.vexfs.daemon.overlay;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.FileIdentity;
import org.vexfs.daemon.io.Host;

/// A file that the kernel knows of. Its `O_PATH` descriptor keeps the host's inode, and so its
/// number, alive for as long as the kernel may ask for it, under whatever name it then has.
final class Inode {
  private static final Duration MAX_WAIT_FOR_WRITES = Duration.ofMillis(100);

  final NodeId id;
  final FileIdentity file;
  final int descriptor;

  /// Further `O_PATH` descriptors, one for each other name by which a hard-linked file was looked
  /// up: when the name of one is removed, the file is still found by the others. Replaced as a
  /// whole, under the entry of [InodeTable] that holds this inode; read by anyone, who must check
  /// where a descriptor leads, as it may be closed meanwhile.
  volatile int[] otherNames = {};

  /// What [SourceChanges] last saw of the file; null before.
  volatile SourceChanges.@Nullable Stamp stamp;

  /// There once it was asked for; 0 before.
  private volatile long fingerprint;

  /// References that the kernel holds; guarded by the entry of [InodeTable] that holds this inode.
  long lookups = 1;

  /// There once the file was written to, which few of those that are known are.
  private volatile @Nullable WriteProgress writes;

  Inode(NodeId id, FileIdentity file, int descriptor) {
    this.id = id;
    this.file = file;
    this.descriptor = descriptor;
  }

  /// What the vectors of this file are found by, see [org.vexfs.daemon.io.Fingerprint].
  long fingerprint(Host host) throws ErrnoException {
    long known = fingerprint;
    if (known == 0) {
      known = host.statx().fingerprint(descriptor);
      fingerprint = known;
    }
    return known;
  }

  /// Opens the file. Reading leaves its access time alone where that is wanted and the host lets
  /// the daemon decide it, which must own the file for that or be privileged.
  int reopen(Host host, int flags, boolean keepsAccessTime) throws ErrnoException {
    if (keepsAccessTime) {
      try {
        return host.reopen(descriptor, flags | Libc.O_NOATIME());
      } catch (ErrnoException e) {
        if (e.errno() != Errno.EPERM) {
          throw e;
        }
      }
    }
    return host.reopen(descriptor, flags);
  }

  /// What is being written to the file.
  WriteProgress writes() {
    @Nullable WriteProgress known = writes;
    return known != null ? known : firstWrites();
  }

  private synchronized WriteProgress firstWrites() {
    @Nullable WriteProgress known = writes;
    if (known == null) {
      known = new WriteProgress(MAX_WAIT_FOR_WRITES);
      writes = known;
    }
    return known;
  }

  /// To be called between looking at the file's attributes and telling the kernel.
  void awaitWrites() {
    @Nullable WriteProgress known = writes;
    if (known != null) {
      known.await();
    }
  }
}
