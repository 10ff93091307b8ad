package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ArrayBlockingQueue;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.bindings.libc.timespec;
import org.vexfs.daemon.base.ErrnoException;

/// The host's file system calls, one method a call, each throwing [ErrnoException] where the call
/// sets `errno`.
///
/// An instance owns the native memory that a call needs (error number, two path buffers, a `struct
/// stat`, a value buffer) and serves one thread at a time: borrow one a request, close it to give
/// it back. Names are byte strings (one char a byte, see [org.vexfs.daemon.base.TreePath]).
///
/// jextract's own handles do not capture `errno`, and the JVM may overwrite it between two calls;
/// so the handles here are linked anew from jextract's addresses and descriptors, with the capture
/// option.
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

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = arena.allocate(CALL_STATE);
  private final MemorySegment first = arena.allocate(MAX_PATH_BYTES);
  private final MemorySegment second = arena.allocate(MAX_PATH_BYTES);
  private final MemorySegment stat = org.vexfs.bindings.libc.stat.allocate(arena);
  private final MemorySegment times = timespec.allocateArray(2, arena);
  private final MemorySegment entries = arena.allocate(MAX_ENTRIES_BYTES, 8);
  private final MemorySegment value = arena.allocate(MAX_ATTRIBUTE_BYTES);

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

  /// `openat(2)`, always close-on-exec.
  public int openat(int directory, String path, int flags, int mode) throws ErrnoException {
    try {
      return check(
          (int)
              Handles.OPENAT.invokeExact(
                  state, directory, path(first, path), flags | Libc.O_CLOEXEC(), mode));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// Opens anew what an `O_PATH` descriptor refers to.
  public int reopen(int descriptor, int flags) throws ErrnoException {
    return openat(Libc.AT_FDCWD(), procPath(descriptor), flags, 0);
  }

  /// `close(2)`; errors are of no use to anyone at this point.
  public void closeDescriptor(int descriptor) {
    try {
      int _ = (int) Handles.CLOSE.invokeExact(state, descriptor);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  /// `fstat(2)`, `O_PATH` descriptors included.
  public void fstat(int descriptor, MemorySegment into) throws ErrnoException {
    try {
      check((int) Handles.FSTAT.invokeExact(state, descriptor, into));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `fstatat(2)` that does not follow a symbolic link.
  public void fstatat(int directory, String name, MemorySegment into) throws ErrnoException {
    try {
      check(
          (int)
              Handles.FSTATAT.invokeExact(
                  state, directory, path(first, name), into, Libc.AT_SYMLINK_NOFOLLOW()));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// The target of the symbolic link behind an `O_PATH` descriptor.
  public String readlink(int descriptor) throws ErrnoException {
    return readlinkat(descriptor, "");
  }

  /// The path under which the kernel now knows what the descriptor refers to; ` (deleted)` is
  /// appended where the name it was opened by is gone.
  public String pathOf(int descriptor) throws ErrnoException {
    return readlinkat(Libc.AT_FDCWD(), procPath(descriptor));
  }

  private String readlinkat(int directory, String path) throws ErrnoException {
    try {
      long length =
          check(
              (long)
                  Handles.READLINKAT.invokeExact(
                      state, directory, path(first, path), second, (long) MAX_PATH_BYTES));
      return latin1(second, length);
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `mkdirat(2)`.
  public void mkdirat(int directory, String name, int mode) throws ErrnoException {
    try {
      check((int) Handles.MKDIRAT.invokeExact(state, directory, path(first, name), mode));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `mknodat(2)`.
  public void mknodat(int directory, String name, int mode, long device) throws ErrnoException {
    try {
      check((int) Handles.MKNODAT.invokeExact(state, directory, path(first, name), mode, device));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `symlinkat(2)`.
  public void symlinkat(String target, int directory, String name) throws ErrnoException {
    try {
      check(
          (int)
              Handles.SYMLINKAT.invokeExact(
                  state, path(first, target), directory, path(second, name)));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// Makes a further name for what an `O_PATH` descriptor refers to.
  public void link(int descriptor, int directory, String name) throws ErrnoException {
    try {
      check(
          (int)
              Handles.LINKAT.invokeExact(
                  state,
                  Libc.AT_FDCWD(),
                  path(first, procPath(descriptor)),
                  directory,
                  path(second, name),
                  Libc.AT_SYMLINK_FOLLOW()));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `unlinkat(2)`, of a directory if so told.
  public void unlinkat(int directory, String name, boolean isDirectory) throws ErrnoException {
    try {
      int flags = isDirectory ? Libc.AT_REMOVEDIR() : 0;
      check((int) Handles.UNLINKAT.invokeExact(state, directory, path(first, name), flags));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `renameat2(2)`.
  public void renameat2(int from, String name, int to, String newName, int flags)
      throws ErrnoException {
    try {
      check(
          (int)
              Handles.RENAMEAT2.invokeExact(
                  state, from, path(first, name), to, path(second, newName), flags));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// Sets owner and group of what a descriptor refers to, the link itself for a link; -1 leaves one
  /// as it is.
  public void chown(int descriptor, int uid, int gid) throws ErrnoException {
    try {
      int flags = Libc.AT_EMPTY_PATH() | Libc.AT_SYMLINK_NOFOLLOW();
      check(
          (int) Handles.FCHOWNAT.invokeExact(state, descriptor, path(first, ""), uid, gid, flags));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// Sets the mode of what a descriptor refers to, an `O_PATH` one included.
  public void chmod(int descriptor, int mode) throws ErrnoException {
    try {
      check((int) Handles.CHMOD.invokeExact(state, path(first, procPath(descriptor)), mode));
    } catch (Throwable t) {
      throw failure(t);
    }
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
    try {
      check(
          (int)
              Handles.UTIMENSAT.invokeExact(
                  state, Libc.AT_FDCWD(), path(first, procPath(descriptor)), times, 0));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `ftruncate(2)`.
  public void ftruncate(int descriptor, long size) throws ErrnoException {
    try {
      check((int) Handles.FTRUNCATE.invokeExact(state, descriptor, size));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// Sets the size of what an `O_PATH` descriptor refers to.
  public void truncate(int descriptor, long size) throws ErrnoException {
    try {
      check((int) Handles.TRUNCATE.invokeExact(state, path(first, procPath(descriptor)), size));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `pwrite(2)`: bytes written, perhaps fewer than given.
  public long pwrite(int descriptor, MemorySegment data, long offset) throws ErrnoException {
    try {
      return check(
          (long) Handles.PWRITE.invokeExact(state, descriptor, data, data.byteSize(), offset));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `fsync(2)`, or `fdatasync(2)` where only the data counts.
  public void fsync(int descriptor, boolean dataOnly) throws ErrnoException {
    try {
      check(
          dataOnly
              ? (int) Handles.FDATASYNC.invokeExact(state, descriptor)
              : (int) Handles.FSYNC.invokeExact(state, descriptor));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// Duplicates a descriptor and closes the copy, which delivers what a write-back file system
  /// reports only at `close(2)`.
  public void flush(int descriptor) throws ErrnoException {
    try {
      int copy =
          check((int) Handles.FCNTL.invokeExact(state, descriptor, Libc.F_DUPFD_CLOEXEC(), 0));
      check((int) Handles.CLOSE.invokeExact(state, copy));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `fstatvfs(3)`.
  public void fstatvfs(int descriptor, MemorySegment into) throws ErrnoException {
    try {
      check((int) Handles.FSTATVFS.invokeExact(state, descriptor, into));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `getdents64(2)`: bytes of `struct linux_dirent64` read, 0 at the end.
  public long getdents(int descriptor, MemorySegment into) throws ErrnoException {
    try {
      return check((long) Handles.GETDENTS.invokeExact(state, descriptor, into, into.byteSize()));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// `lseek(2)`.
  public long lseek(int descriptor, long offset, int whence) throws ErrnoException {
    try {
      return check((long) Handles.LSEEK.invokeExact(state, descriptor, offset, whence));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// The value of an extended attribute of what an `O_PATH` descriptor refers to.
  public byte[] getxattr(int descriptor, String name) throws ErrnoException {
    try {
      long length =
          check(
              (long)
                  Handles.GETXATTR.invokeExact(
                      state,
                      path(first, procPath(descriptor)),
                      path(second, name),
                      value,
                      value.byteSize()));
      return value.asSlice(0, length).toArray(JAVA_BYTE);
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// Sets an extended attribute; `flags` as in `setxattr(2)`.
  public void setxattr(int descriptor, String name, byte[] content, int flags)
      throws ErrnoException {
    if (content.length > MAX_ATTRIBUTE_BYTES) {
      throw ErrnoException.of(Libc.E2BIG());
    }
    MemorySegment.copy(content, 0, value, JAVA_BYTE, 0, content.length);
    try {
      check(
          (int)
              Handles.SETXATTR.invokeExact(
                  state,
                  path(first, procPath(descriptor)),
                  path(second, name),
                  value,
                  (long) content.length,
                  flags));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// The names of the extended attributes, each followed by NUL.
  public byte[] listxattr(int descriptor) throws ErrnoException {
    try {
      long length =
          check(
              (long)
                  Handles.LISTXATTR.invokeExact(
                      state, path(first, procPath(descriptor)), value, value.byteSize()));
      return value.asSlice(0, length).toArray(JAVA_BYTE);
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// Removes an extended attribute.
  public void removexattr(int descriptor, String name) throws ErrnoException {
    try {
      check(
          (int)
              Handles.REMOVEXATTR.invokeExact(
                  state, path(first, procPath(descriptor)), path(second, name)));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /// The device and inode number in a `struct stat`.
  public static FileIdentity fileOf(MemorySegment stat) {
    return new FileIdentity(
        org.vexfs.bindings.libc.stat.st_dev(stat), org.vexfs.bindings.libc.stat.st_ino(stat));
  }

  private static String procPath(int descriptor) {
    return "/proc/self/fd/" + descriptor;
  }

  private static MemorySegment path(MemorySegment buffer, String path) throws ErrnoException {
    if (path.length() >= MAX_PATH_BYTES) {
      throw ErrnoException.of(Libc.ENAMETOOLONG());
    }
    buffer.setString(0, path, ISO_8859_1);
    return buffer;
  }

  private static String latin1(MemorySegment buffer, long length) {
    return new String(buffer.asSlice(0, length).toArray(JAVA_BYTE), ISO_8859_1);
  }

  private int check(int result) throws ErrnoException {
    if (result == -1) {
      throw ErrnoException.of((int) ERRNO.get(state, 0L));
    }
    return result;
  }

  private long check(long result) throws ErrnoException {
    if (result == -1) {
      throw ErrnoException.of((int) ERRNO.get(state, 0L));
    }
    return result;
  }

  private static ErrnoException failure(Throwable t) {
    if (t instanceof ErrnoException errno) {
      return errno;
    }
    throw rethrow(t);
  }

  private static RuntimeException rethrow(Throwable t) {
    return switch (t) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      case Throwable impossible -> new IllegalStateException(impossible);
    };
  }

  /// jextract's functions, linked with `errno` captured.
  private static final class Handles {
    static final MethodHandle OPENAT =
        link(
            Linker.nativeLinker().defaultLookup().findOrThrow("openat"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
            Linker.Option.firstVariadicArg(3));
    static final MethodHandle FCNTL =
        link(
            Linker.nativeLinker().defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle CLOSE = link(Libc.close$address(), Libc.close$descriptor());
    static final MethodHandle FSTAT = link(Libc.fstat$address(), Libc.fstat$descriptor());
    static final MethodHandle FSTATAT = link(Libc.fstatat$address(), Libc.fstatat$descriptor());
    static final MethodHandle READLINKAT =
        link(Libc.readlinkat$address(), Libc.readlinkat$descriptor());
    static final MethodHandle MKDIRAT = link(Libc.mkdirat$address(), Libc.mkdirat$descriptor());
    static final MethodHandle MKNODAT = link(Libc.mknodat$address(), Libc.mknodat$descriptor());
    static final MethodHandle SYMLINKAT =
        link(Libc.symlinkat$address(), Libc.symlinkat$descriptor());
    static final MethodHandle LINKAT = link(Libc.linkat$address(), Libc.linkat$descriptor());
    static final MethodHandle UNLINKAT = link(Libc.unlinkat$address(), Libc.unlinkat$descriptor());
    static final MethodHandle RENAMEAT2 =
        link(Libc.renameat2$address(), Libc.renameat2$descriptor());
    static final MethodHandle FCHOWNAT = link(Libc.fchownat$address(), Libc.fchownat$descriptor());
    static final MethodHandle CHMOD = link(Libc.chmod$address(), Libc.chmod$descriptor());
    static final MethodHandle UTIMENSAT =
        link(Libc.utimensat$address(), Libc.utimensat$descriptor());
    static final MethodHandle FTRUNCATE =
        link(Libc.ftruncate$address(), Libc.ftruncate$descriptor());
    static final MethodHandle TRUNCATE = link(Libc.truncate$address(), Libc.truncate$descriptor());
    static final MethodHandle PWRITE = link(Libc.pwrite$address(), Libc.pwrite$descriptor());
    static final MethodHandle FSYNC = link(Libc.fsync$address(), Libc.fsync$descriptor());
    static final MethodHandle FDATASYNC =
        link(Libc.fdatasync$address(), Libc.fdatasync$descriptor());
    static final MethodHandle FSTATVFS = link(Libc.fstatvfs$address(), Libc.fstatvfs$descriptor());
    static final MethodHandle GETDENTS =
        link(Libc.getdents64$address(), Libc.getdents64$descriptor());
    static final MethodHandle LSEEK = link(Libc.lseek$address(), Libc.lseek$descriptor());
    static final MethodHandle GETXATTR = link(Libc.getxattr$address(), Libc.getxattr$descriptor());
    static final MethodHandle SETXATTR = link(Libc.setxattr$address(), Libc.setxattr$descriptor());
    static final MethodHandle LISTXATTR =
        link(Libc.listxattr$address(), Libc.listxattr$descriptor());
    static final MethodHandle REMOVEXATTR =
        link(Libc.removexattr$address(), Libc.removexattr$descriptor());

    private Handles() {}

    private static MethodHandle link(
        MemorySegment address, FunctionDescriptor descriptor, Linker.Option... more) {
      Linker.Option[] options = new Linker.Option[more.length + 1];
      options[0] = Linker.Option.captureCallState("errno");
      System.arraycopy(more, 0, options, 1, more.length);
      return Linker.nativeLinker().downcallHandle(address, descriptor, options);
    }
  }
}
