package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;

/// What `statx(2)` tells beyond `fstat(2)`. Part of a [Host], whose thread it serves.
public final class HostStatx {
  private static final int TYPE = 0x1;
  private static final int INODE = 0x100;
  private static final int BIRTH_TIME = 0x800;

  // `struct statx` is the kernel's, the same on every architecture.
  private static final long BYTES = 256;
  private static final long MASK_OFFSET = 0;
  private static final long MODE_OFFSET = 28;
  private static final long INODE_OFFSET = 32;
  private static final long BIRTH_SECONDS_OFFSET = 80;
  private static final long BIRTH_NANOS_OFFSET = 88;

  private final CallMemory memory;
  private final MemorySegment statx;

  HostStatx(CallMemory memory, Arena arena) {
    this.memory = memory;
    this.statx = arena.allocate(BYTES, 8);
  }

  /// The [Fingerprint] of the file behind a descriptor.
  public long fingerprint(int descriptor) throws ErrnoException {
    call(descriptor, "", Libc.AT_EMPTY_PATH());
    return fingerprint();
  }

  /// The [Fingerprint] of the file of this name, a symbolic link's own.
  public long fingerprint(int directory, String name) throws ErrnoException {
    call(directory, name, Libc.AT_SYMLINK_NOFOLLOW());
    return fingerprint();
  }

  /// The type bits of the mode of the file that was asked about last.
  public int lastType() {
    return statx.get(JAVA_SHORT, MODE_OFFSET) & Libc.__S_IFMT();
  }

  private void call(int directory, String name, int flags) throws ErrnoException {
    memory.check(
        (int)
            memory.call(
                HostCalls.STATX,
                directory,
                memory.first(name),
                flags,
                TYPE | INODE | BIRTH_TIME,
                statx.address()));
  }

  private long fingerprint() {
    long inode = statx.get(JAVA_LONG, INODE_OFFSET);
    return (statx.get(JAVA_INT, MASK_OFFSET) & BIRTH_TIME) == 0
        ? Fingerprint.of(inode)
        : Fingerprint.of(
            inode,
            statx.get(JAVA_LONG, BIRTH_SECONDS_OFFSET),
            statx.get(JAVA_INT, BIRTH_NANOS_OFFSET));
  }
}
