package org.vexfs.daemon.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.flock;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;

/// The host's calls that lock files. None of them waits. Part of a [Host], whose thread it serves.
///
/// Locks of ranges are those of the *open file description* behind a descriptor (`F_OFD_SETLK`,
/// `fcntl(2)`): they belong to it and not to this process, so each owner that has a description of
/// its own is kept apart from the others, and they go when it is closed.
public final class HostLocks {
  private final CallMemory memory;
  private final MemorySegment lock;

  HostLocks(CallMemory memory, Arena arena) {
    this.memory = memory;
    this.lock = flock.allocate(arena);
  }

  /// The first lock that stands in the way of `wanted`, or `wanted` as an unlocked range if none
  /// does.
  public RangeLock conflict(int descriptor, RangeLock wanted) throws ErrnoException {
    call(descriptor, Libc.F_OFD_GETLK(), wanted);
    return new RangeLock(
        flock.l_type(lock), flock.l_start(lock), flock.l_len(lock), flock.l_pid(lock));
  }

  /// Takes, changes or drops the lock of a range; `false` where another holder is in the way.
  public boolean tryLock(int descriptor, RangeLock wanted) throws ErrnoException {
    try {
      call(descriptor, Libc.F_OFD_SETLK(), wanted);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN || e.errno() == Errno.EACCES) {
        return false;
      }
      throw e;
    }
  }

  private void call(int descriptor, int command, RangeLock wanted) throws ErrnoException {
    // The kernel demands that l_pid is 0.
    lock.fill((byte) 0);
    flock.l_type(lock, wanted.type());
    flock.l_whence(lock, (short) Libc.SEEK_SET());
    flock.l_start(lock, wanted.start());
    flock.l_len(lock, wanted.length());
    memory.check((int) memory.call(HostCalls.FCNTL, descriptor, command, lock.address()));
  }

  /// `flock(2)` without waiting, of the whole file; `false` where another holder is in the way.
  public boolean tryFlock(int descriptor, int operation) throws ErrnoException {
    try {
      memory.check((int) memory.call(HostCalls.FLOCK, descriptor, operation | Libc.LOCK_NB()));
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN) {
        return false;
      }
      throw e;
    }
  }
}
