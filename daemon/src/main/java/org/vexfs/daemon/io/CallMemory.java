package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import org.vexfs.bindings.NativeCalls;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;

/// What every call into the C library needs: where `errno` is captured, and room for two paths.
/// Serves one thread at a time and lives as long as the arena it was made in.
final class CallMemory {
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO =
      CALL_STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private final MemorySegment errno;
  private final MemorySegment first;
  private final MemorySegment second;

  CallMemory(Arena arena) {
    errno = arena.allocate(CALL_STATE);
    first = arena.allocate(Host.MAX_PATH_BYTES);
    second = arena.allocate(Host.MAX_PATH_BYTES);
  }

  /// Calls one of [HostCalls] with as many arguments as it has parameters.
  long call(MemorySegment function, long a) {
    return NativeCalls.call(function, errno, a, 0, 0, 0, 0, 0);
  }

  long call(MemorySegment function, long a, long b) {
    return NativeCalls.call(function, errno, a, b, 0, 0, 0, 0);
  }

  long call(MemorySegment function, long a, long b, long c) {
    return NativeCalls.call(function, errno, a, b, c, 0, 0, 0);
  }

  long call(MemorySegment function, long a, long b, long c, long d) {
    return NativeCalls.call(function, errno, a, b, c, d, 0, 0);
  }

  long call(MemorySegment function, long a, long b, long c, long d, long e) {
    return NativeCalls.call(function, errno, a, b, c, d, e, 0);
  }

  long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
    return NativeCalls.call(function, errno, a, b, c, d, e, f);
  }

  /// The address of native memory, which the caller keeps until the call has ended.
  static long at(MemorySegment memory) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException("memory of the heap has no address");
    }
    return memory.address();
  }

  /// The path as a C string, until the next one that is put here.
  long first(String path) throws ErrnoException {
    return put(first, path);
  }

  /// Another path as a C string, beside the first.
  long second(String path) throws ErrnoException {
    return put(second, path);
  }

  /// The second path buffer, for calls that give a path back.
  long second() {
    return second.address();
  }

  private static long put(MemorySegment buffer, String path) throws ErrnoException {
    if (path.length() >= Host.MAX_PATH_BYTES) {
      throw ErrnoException.of(Libc.ENAMETOOLONG());
    }
    buffer.setString(0, path, ISO_8859_1);
    return buffer.address();
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
      throw ErrnoException.of(errno.get(JAVA_INT, ERRNO));
    }
    return result;
  }

  /// The result of a call, unless it failed.
  long check(long result) throws ErrnoException {
    if (result == -1) {
      throw ErrnoException.of(errno.get(JAVA_INT, ERRNO));
    }
    return result;
  }
}
