package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.bindings.libc.timespec;
import org.vexfs.daemon.base.ErrnoException;

/// The host's file system calls, one method a call, each throwing [ErrnoException] where the call
/// sets `errno`.
///
/// An instance owns the native memory that a call needs (error number, path buffers, a `struct
/// stat` and so on) and serves one thread at a time: borrow one a request, close it to give it
/// back. Names are byte strings (one char a byte, see [org.vexfs.daemon.base.TreePath]).
public final class Host implements AutoCloseable {
  /// Longest path a call takes, its final NUL included (`PATH_MAX`).
  public static final int MAX_PATH_BYTES = 4096;

  /// Longest value of an extended attribute (`XATTR_SIZE_MAX`).
  public static final int MAX_ATTRIBUTE_BYTES = 65_536;

  /// Most bytes of directory entries read in one call.
  private static final int MAX_ENTRIES_BYTES = 32_768;

  /// Instances kept for reuse; more may be out at a time.
  private static final int MAX_POOLED = 64;

  private static final ArrayBlockingQueue<Host> POOL = new ArrayBlockingQueue<>(MAX_POOLED);

  private final Arena arena = Arena.ofShared();
  private final CallMemory memory = new CallMemory(arena);
  private final HostAttributes attributes = new HostAttributes(memory, arena);
  private final HostStatx statx = new HostStatx(memory, arena);
  private final HostLocks locks = new HostLocks(memory, arena);
  private final MemorySegment stat = org.vexfs.bindings.libc.stat.allocate(arena);
  private final MemorySegment times = timespec.allocateArray(2, arena);
  private final MemorySegment entries = arena.allocate(MAX_ENTRIES_BYTES, 8);
  private final MemorySegment offsets = arena.allocate(JAVA_LONG, 2);

  private Host() {}

  /// An instance for the calling thread, until it is closed.
  public static Host borrow() {
    Host pooled = POOL.poll();
    return pooled != null ? pooled : new Host();
  }

  /// Gives the instance back.
  @Override
  public void close() {
    if (!POOL.offer(this)) {
      arena.close();
    }
  }

  /// Memory for one `struct stat`, for callers that need it only until their next call.
  public MemorySegment scratchStat() {
    return stat;
  }

  /// Memory for one batch of directory entries, which no other call uses.
  public MemorySegment scratchEntries() {
    return entries;
  }

  /// Calls about extended attributes; they serve the same thread.
  public HostAttributes attributes() {
    return attributes;
  }

  /// What only `statx(2)` tells; serves the same thread.
  public HostStatx statx() {
    return statx;
  }

  /// Calls that lock files; they serve the same thread.
  public HostLocks locks() {
    return locks;
  }

  /// `openat(2)`, always close-on-exec.
  public int openat(int directory, String path, int flags, int mode) throws ErrnoException {
    return memory.check(
        (int)
            memory.call(
                HostCalls.OPENAT, directory, memory.first(path), flags | Libc.O_CLOEXEC(), mode));
  }

  /// Opens anew what an `O_PATH` descriptor refers to.
  public int reopen(int descriptor, int flags) throws ErrnoException {
    return openat(Libc.AT_FDCWD(), CallMemory.procPath(descriptor), flags, 0);
  }

  /// `close(2)`; errors are of no use to anyone at this point.
  public void closeDescriptor(int descriptor) {
    int _ = (int) memory.call(HostCalls.CLOSE, descriptor);
  }

  /// `fstat(2)`, `O_PATH` descriptors included.
  public void fstat(int descriptor, MemorySegment into) throws ErrnoException {
    memory.check((int) memory.call(HostCalls.FSTAT, descriptor, CallMemory.at(into)));
  }

  /// `fstatat(2)` that does not follow a symbolic link.
  public void fstatat(int directory, String name, MemorySegment into) throws ErrnoException {
    memory.check(
        (int)
            memory.call(
                HostCalls.FSTATAT,
                directory,
                memory.first(name),
                CallMemory.at(into),
                Libc.AT_SYMLINK_NOFOLLOW()));
  }

  /// The target of the symbolic link behind an `O_PATH` descriptor.
  public String readlink(int descriptor) throws ErrnoException {
    return readlinkat(descriptor, "");
  }

  /// The path under which the kernel now knows what the descriptor refers to; ` (deleted)` is
  /// appended where the name it was opened by is gone.
  public String pathOf(int descriptor) throws ErrnoException {
    return readlinkat(Libc.AT_FDCWD(), CallMemory.procPath(descriptor));
  }

  private String readlinkat(int directory, String path) throws ErrnoException {
    long length =
        memory.check(
            memory.call(
                HostCalls.READLINKAT,
                directory,
                memory.first(path),
                memory.second(),
                MAX_PATH_BYTES));
    return memory.secondAsText(length);
  }

  /// `mkdirat(2)`.
  public void mkdirat(int directory, String name, int mode) throws ErrnoException {
    memory.check((int) memory.call(HostCalls.MKDIRAT, directory, memory.first(name), mode));
  }

  /// `mknodat(2)`.
  public void mknodat(int directory, String name, int mode, long device) throws ErrnoException {
    memory.check((int) memory.call(HostCalls.MKNODAT, directory, memory.first(name), mode, device));
  }

  /// `symlinkat(2)`.
  public void symlinkat(String target, int directory, String name) throws ErrnoException {
    memory.check(
        (int)
            memory.call(HostCalls.SYMLINKAT, memory.first(target), directory, memory.second(name)));
  }

  /// Whether a descriptor is that of a socket.
  public boolean isSocket(int descriptor) throws ErrnoException {
    fstat(descriptor, stat);
    return (org.vexfs.bindings.libc.stat.st_mode(stat) & Libc.__S_IFMT()) == Libc.__S_IFSOCK();
  }

  /// Has calls on a descriptor fail with EAGAIN where they would wait (`fcntl(2)`).
  public void setNonBlocking(int descriptor) throws ErrnoException {
    int flags = memory.check((int) memory.call(HostCalls.FCNTL, descriptor, Libc.F_GETFL(), 0));
    int _ =
        memory.check(
            (int)
                memory.call(
                    HostCalls.FCNTL, descriptor, Libc.F_SETFL(), flags | Libc.O_NONBLOCK()));
  }

  /// Makes a further name for what an `O_PATH` descriptor refers to.
  public void link(int descriptor, int directory, String name) throws ErrnoException {
    memory.check(
        (int)
            memory.call(
                HostCalls.LINKAT,
                Libc.AT_FDCWD(),
                memory.first(CallMemory.procPath(descriptor)),
                directory,
                memory.second(name),
                Libc.AT_SYMLINK_FOLLOW()));
  }

  /// `unlinkat(2)`, of a directory if so told.
  public void unlinkat(int directory, String name, boolean isDirectory) throws ErrnoException {
    int flags = isDirectory ? Libc.AT_REMOVEDIR() : 0;
    memory.check((int) memory.call(HostCalls.UNLINKAT, directory, memory.first(name), flags));
  }

  /// `renameat2(2)`.
  public void renameat2(int from, String name, int to, String newName, int flags)
      throws ErrnoException {
    memory.check(
        (int)
            memory.call(
                HostCalls.RENAMEAT2, from, memory.first(name), to, memory.second(newName), flags));
  }

  /// Sets owner and group of what a descriptor refers to, the link itself for a link; -1 leaves one
  /// as it is.
  public void chown(int descriptor, int uid, int gid) throws ErrnoException {
    int flags = Libc.AT_EMPTY_PATH() | Libc.AT_SYMLINK_NOFOLLOW();
    memory.check(
        (int) memory.call(HostCalls.FCHOWNAT, descriptor, memory.first(""), uid, gid, flags));
  }

  /// Sets the mode of what a descriptor refers to, an `O_PATH` one included.
  public void chmod(int descriptor, int mode) throws ErrnoException {
    memory.check(
        (int) memory.call(HostCalls.CHMOD, memory.first(CallMemory.procPath(descriptor)), mode));
  }

  /// Sets the times of what a descriptor refers to. Nanoseconds may be `UTIME_NOW` or `UTIME_OMIT`.
  public void utimens(
      int descriptor,
      long accessSeconds,
      long accessNanos,
      long modificationSeconds,
      long modificationNanos)
      throws ErrnoException {
    MemorySegment access = timespec.asSlice(times, 0);
    timespec.tv_sec(access, accessSeconds);
    timespec.tv_nsec(access, accessNanos);
    MemorySegment modification = timespec.asSlice(times, 1);
    timespec.tv_sec(modification, modificationSeconds);
    timespec.tv_nsec(modification, modificationNanos);
    memory.check(
        (int)
            memory.call(
                HostCalls.UTIMENSAT,
                Libc.AT_FDCWD(),
                memory.first(CallMemory.procPath(descriptor)),
                times.address(),
                0));
  }

  /// `ftruncate(2)`.
  public void ftruncate(int descriptor, long size) throws ErrnoException {
    memory.check((int) memory.call(HostCalls.FTRUNCATE, descriptor, size));
  }

  /// Sets the size of what an `O_PATH` descriptor refers to.
  public void truncate(int descriptor, long size) throws ErrnoException {
    memory.check(
        (int) memory.call(HostCalls.TRUNCATE, memory.first(CallMemory.procPath(descriptor)), size));
  }

  /// `pwrite(2)`: bytes written, perhaps fewer than given.
  public long pwrite(int descriptor, MemorySegment data, long offset) throws ErrnoException {
    return memory.check(
        memory.call(HostCalls.PWRITE, descriptor, CallMemory.at(data), data.byteSize(), offset));
  }

  /// `fsync(2)`, or `fdatasync(2)` where only the data counts.
  public void fsync(int descriptor, boolean dataOnly) throws ErrnoException {
    memory.check(
        dataOnly
            ? (int) memory.call(HostCalls.FDATASYNC, descriptor)
            : (int) memory.call(HostCalls.FSYNC, descriptor));
  }

  /// Duplicates a descriptor and closes the copy, which delivers what a write-back file system
  /// reports only at `close(2)`. Where no descriptor is free, what there is to report comes later,
  /// with the last close: a caller that gives descriptors back must not be refused for want of one.
  public void flush(int descriptor) throws ErrnoException {
    int copy = (int) memory.call(HostCalls.FCNTL, descriptor, Libc.F_DUPFD_CLOEXEC(), 0);
    if (copy >= 0) {
      memory.check((int) memory.call(HostCalls.CLOSE, copy));
    }
  }

  /// `fstatvfs(3)`.
  public void fstatvfs(int descriptor, MemorySegment into) throws ErrnoException {
    memory.check((int) memory.call(HostCalls.FSTATVFS, descriptor, CallMemory.at(into)));
  }

  /// `getdents64(2)`: bytes of `struct linux_dirent64` read, 0 at the end.
  public long getdents(int descriptor, MemorySegment into) throws ErrnoException {
    return memory.check(
        memory.call(HostCalls.GETDENTS, descriptor, CallMemory.at(into), into.byteSize()));
  }

  /// `lseek(2)`.
  public long lseek(int descriptor, long offset, int whence) throws ErrnoException {
    return memory.check(memory.call(HostCalls.LSEEK, descriptor, offset, whence));
  }

  /// `fallocate(2)`.
  public void fallocate(int descriptor, int mode, long offset, long length) throws ErrnoException {
    memory.check((int) memory.call(HostCalls.FALLOCATE, descriptor, mode, offset, length));
  }

  /// `copy_file_range(2)`: bytes copied, perhaps fewer than asked for.
  public long copyFileRange(int from, long fromOffset, int to, long toOffset, long length)
      throws ErrnoException {
    offsets.setAtIndex(JAVA_LONG, 0, fromOffset);
    offsets.setAtIndex(JAVA_LONG, 1, toOffset);
    return memory.check(
        memory.call(
            HostCalls.COPY_FILE_RANGE,
            from,
            offsets.address(),
            to,
            offsets.address() + JAVA_LONG.byteSize(),
            length,
            0));
  }

  /// The device and inode number in a `struct stat`.
  public static FileIdentity fileOf(MemorySegment stat) {
    return new FileIdentity(
        org.vexfs.bindings.libc.stat.st_dev(stat), org.vexfs.bindings.libc.stat.st_ino(stat));
  }
}
