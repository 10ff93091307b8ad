package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.OptionalLong;
import org.vexfs.bindings.NativeCalls;

/// The native stack pointer of the calling thread, by `getcontext(3)`. Used by one thread at a
/// time.
///
/// The frames of [#now] itself are part of what it tells, so that two values compare what lies
/// between their callers. It costs a system call, for the mask of signals, which is some tenths of
/// a microsecond.
final class StackPointer {
  /// Room for `ucontext_t`: 968 bytes on x86-64, 4,560 on AArch64, 960 on RISC-V.
  private static final long CONTEXT_BYTES = 8192;

  private static final long CONTEXT_ALIGNMENT = 64;

  /// Where glibc's `ucontext_t` has the stack pointer, on the machines that the daemon runs on:
  /// `uc_mcontext.gregs[REG_RSP]`, `uc_mcontext.sp`, `uc_mcontext.__gregs[REG_SP]`.
  private static final OptionalLong OFFSET =
      switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
        case "amd64", "x86_64" -> OptionalLong.of(160);
        case "aarch64" -> OptionalLong.of(432);
        case "riscv64" -> OptionalLong.of(192);
        default -> OptionalLong.empty();
      };

  private final MemorySegment function = NativeCalls.function("getcontext");
  private final MemorySegment state;
  private final MemorySegment context;
  private final long offset;

  private StackPointer(long offset) {
    this.offset = offset;
    Arena arena = Arena.ofAuto();
    state = arena.allocate(Linker.Option.captureStateLayout());
    context = arena.allocate(CONTEXT_BYTES, CONTEXT_ALIGNMENT);
  }

  /// Whether this machine's stack pointer can be told.
  static boolean isKnown() {
    return OFFSET.isPresent();
  }

  /// For a machine on which it [#isKnown].
  static StackPointer reader() {
    return new StackPointer(OFFSET.orElseThrow());
  }

  /// Where the stack ends now, growing downwards.
  long now() {
    NativeCalls.call(function, state, context.address(), 0, 0, 0, 0, 0);
    return context.get(ValueLayout.JAVA_LONG, offset);
  }
}
