package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;

/// What `statx(2)` tells beyond `fstat(2)`. Part of a [Host], whose thread it serves.
public final class HostStatx {
  private static final int BIRTH_TIME = 0x800;

  // `struct statx` is the kernel's, the same on every architecture.
  private static final long BYTES = 256;
  private static final long MASK_OFFSET = 0;
  private static final long BIRTH_SECONDS_OFFSET = 80;
  private static final long BIRTH_NANOS_OFFSET = 88;

  private final CallMemory memory;
  private final MemorySegment statx;

  HostStatx(CallMemory memory, Arena arena) {
    this.memory = memory;
    this.statx = arena.allocate(BYTES, 8);
  }

  /// When a file was made, in nanoseconds since the epoch, which with its inode number tells it
  /// from any other that ever had that number; empty where the host's file system does not know.
  public Optional<BigInteger> birthNanos(int descriptor) throws ErrnoException {
    try {
      memory.check(
          (int)
              HostCalls.STATX.invokeExact(
                  memory.errno,
                  descriptor,
                  memory.first(""),
                  Libc.AT_EMPTY_PATH(),
                  BIRTH_TIME,
                  statx));
    } catch (Throwable t) {
      throw CallMemory.failure(t);
    }
    if ((statx.get(JAVA_INT, MASK_OFFSET) & BIRTH_TIME) == 0) {
      return Optional.empty();
    }
    BigInteger seconds = BigInteger.valueOf(statx.get(JAVA_LONG, BIRTH_SECONDS_OFFSET));
    BigInteger nanos = BigInteger.valueOf(statx.get(JAVA_INT, BIRTH_NANOS_OFFSET));
    return Optional.of(seconds.multiply(BigInteger.valueOf(1_000_000_000)).add(nanos));
  }
}
