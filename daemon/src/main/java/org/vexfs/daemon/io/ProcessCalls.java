package org.vexfs.daemon.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.vexfs.bindings.NativeCalls;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.rlimit;

/// The host's calls about this process itself. They are rare and come from any thread.
public final class ProcessCalls {
  /// On Linux a process is a thread here, and its number 0 the caller's.
  private static final int PRIO_PROCESS = 0;

  private static final int CALLING_THREAD = 0;

  private ProcessCalls() {}

  /// How many descriptors the process may have.
  ///
  /// @param current the limit that holds
  /// @param most to what the process may raise it
  public record DescriptorLimit(long current, long most) {}

  /// `geteuid(2)`.
  public static int effectiveUser() {
    return call("geteuid", 0, 0);
  }

  /// `getegid(2)`.
  public static int effectiveGroup() {
    return call("getegid", 0, 0);
  }

  /// `umask(2)`.
  public static void setUmask(int mask) {
    int _ = call("umask", mask, 0);
  }

  /// `chdir(2)`; whether it worked.
  public static boolean changeDirectory(String path) {
    try (Arena arena = Arena.ofConfined()) {
      return call("chdir", text(arena, path), 0) == 0;
    }
  }

  /// `getpriority(2)` of the calling thread: its nice value, -20 … 19; the higher, the more others
  /// go first.
  public static int threadNice() {
    return call("getpriority", PRIO_PROCESS, CALLING_THREAD);
  }

  /// `setpriority(2)` of the calling thread; whether it worked. Everybody may raise the nice value.
  public static boolean setThreadNice(int nice) {
    return call("setpriority", PRIO_PROCESS, CALLING_THREAD, nice) == 0;
  }

  /// `setsid(2)`; whether it worked.
  public static boolean startSession() {
    return call("setsid", 0, 0) != -1;
  }

  /// `dup2(2)`; whether it worked.
  public static boolean duplicate(int descriptor, int target) {
    return call("dup2", descriptor, target) != -1;
  }

  /// `umount2(2)` of a path (bytes, one char a byte); whether it worked.
  public static boolean unmount(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return call("umount2", text(arena, path), flags) == 0;
    }
  }

  /// `getrlimit(2)` of descriptors.
  public static Optional<DescriptorLimit> descriptorLimit() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = rlimit.allocate(arena);
      return call("getrlimit", Libc.RLIMIT_NOFILE(), limit.address()) == 0
          ? Optional.of(new DescriptorLimit(rlimit.rlim_cur(limit), rlimit.rlim_max(limit)))
          : Optional.empty();
    }
  }

  /// `setrlimit(2)` of descriptors; whether it worked.
  public static boolean limitDescriptors(DescriptorLimit wanted) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = rlimit.allocate(arena);
      rlimit.rlim_cur(limit, wanted.current());
      rlimit.rlim_max(limit, wanted.most());
      return call("setrlimit", Libc.RLIMIT_NOFILE(), limit.address()) == 0;
    }
  }

  private static long text(Arena arena, String text) {
    return arena.allocateFrom(text, ISO_8859_1).address();
  }

  private static int call(String function, long a, long b) {
    return call(function, a, b, 0);
  }

  private static int call(String function, long a, long b, long c) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      return (int) NativeCalls.call(NativeCalls.function(function), state, a, b, c, 0, 0, 0);
    }
  }
}
