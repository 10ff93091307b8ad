package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;

/// What every call into the C library needs: where `errno` is captured, and room for two paths.
/// Serves one thread at a time and lives as long as the arena it was made in.
final class CallMemory {
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /// Captured state, the first argument of every handle in [HostCalls].
  final MemorySegment errno;

  /// The second path buffer, for calls that give a path back.
  final MemorySegment second;

  private final MemorySegment first;

  CallMemory(Arena arena) {
    errno = arena.allocate(CALL_STATE);
    first = arena.allocate(Host.MAX_PATH_BYTES);
    second = arena.allocate(Host.MAX_PATH_BYTES);
  }

  /// The path as a C string, until the next one that is put here.
  MemorySegment first(String path) throws ErrnoException {
    return put(first, path);
  }

  /// Another path as a C string, beside the first.
  MemorySegment second(String path) throws ErrnoException {
    return put(second, path);
  }

  private static MemorySegment put(MemorySegment buffer, String path) throws ErrnoException {
    if (path.length() >= Host.MAX_PATH_BYTES) {
      throw ErrnoException.of(Libc.ENAMETOOLONG());
    }
    buffer.setString(0, path, ISO_8859_1);
    return buffer;
  }

  /// What a call has put into the second buffer.
  String secondAsText(long length) {
    return new String(second.asSlice(0, length).toArray(JAVA_BYTE), ISO_8859_1);
  }

  /// Where `/proc` shows what an `O_PATH` descriptor refers to, for calls that take only paths.
  static String procPath(int descriptor) {
    return "/proc/self/fd/" + descriptor;
  }

  /// The result of a call, unless it failed.
  int check(int result) throws ErrnoException {
    if (result == -1) {
      throw ErrnoException.of((int) ERRNO.get(errno, 0L));
    }
    return result;
  }

  /// The result of a call, unless it failed.
  long check(long result) throws ErrnoException {
    if (result == -1) {
      throw ErrnoException.of((int) ERRNO.get(errno, 0L));
    }
    return result;
  }

  /// The checked exception that came out of a handle's invocation; anything else is thrown on.
  static ErrnoException failure(Throwable t) {
    if (t instanceof ErrnoException errno) {
      return errno;
    }
    throw rethrow(t);
  }

  /// Throws on what no call may throw.
  static RuntimeException rethrow(Throwable t) {
    return switch (t) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      case Throwable impossible -> new IllegalStateException(impossible);
    };
  }
}
