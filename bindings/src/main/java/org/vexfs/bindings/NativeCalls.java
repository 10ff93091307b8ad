package org.vexfs.bindings;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;

/// Calls between Java and C of functions whose parameters and result are integers or pointers, all
/// through one shape a direction.
///
/// The virtual machine writes and loads a class for each shape of a function that it links, some
/// milliseconds a shape: the seventy shapes of the functions that a mount needs would be most of
/// its start. One shape serves them all, because the ABIs of Linux on 64 bits pass each of the
/// first six integers or pointers in a register that holds any of them, and nobody looks at
/// registers beyond the parameters that a function has. A value narrower than `long` is passed
/// sign-extended, as Java widens it, and of a result narrower than `long` only the low bits count.
/// Functions with floating-point parameters are linked by jextract's classes.
public final class NativeCalls {
  private static final Linker LINKER = Linker.nativeLinker();

  private static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"));

  private NativeCalls() {}

  /// The address of a function of the C library.
  ///
  /// @throws java.util.NoSuchElementException if there is none of that name
  public static MemorySegment function(String name) {
    return LINKER.defaultLookup().findOrThrow(name);
  }

  /// Calls `function`, which has at most six parameters; those that it does not have are 0.
  ///
  /// @param state where `errno` is captured, of [Linker.Option#captureStateLayout]
  public static long call(
      MemorySegment function,
      MemorySegment state,
      long first,
      long second,
      long third,
      long fourth,
      long fifth,
      long sixth) {
    try {
      return (long) CALL.invokeExact(function, state, first, second, third, fourth, fifth, sixth);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// What C calls with at most six arguments, of which those that it does not pass mean nothing.
  @FunctionalInterface
  public interface Callback {
    void call(long first, long second, long third, long fourth, long fifth, long sixth);
  }

  /// What C calls with nine arguments.
  @FunctionalInterface
  public interface LongCallback {
    void call(
        long first,
        long second,
        long third,
        long fourth,
        long fifth,
        long sixth,
        long seventh,
        long eighth,
        long ninth);
  }

  /// A function for C to call, as long as `arena` lives. Whatever it throws ends the process.
  public static MemorySegment upcall(Callback callback, Arena arena) {
    return upcall(Callback.class, callback, 6, arena);
  }

  /// A function for C to call, as long as `arena` lives. Whatever it throws ends the process.
  public static MemorySegment upcall(LongCallback callback, Arena arena) {
    return upcall(LongCallback.class, callback, 9, arena);
  }

  private static <T> MemorySegment upcall(Class<T> type, T callback, int parameters, Arena arena) {
    Class<?>[] longs = new Class<?>[parameters];
    Arrays.fill(longs, long.class);
    MemoryLayout[] layouts = new MemoryLayout[parameters];
    Arrays.fill(layouts, JAVA_LONG);
    try {
      MethodHandle call =
          MethodHandles.lookup()
              .findVirtual(type, "call", MethodType.methodType(void.class, longs))
              .bindTo(callback);
      return LINKER.upcallStub(call, FunctionDescriptor.ofVoid(layouts), arena);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static RuntimeException unexpected(Throwable t) {
    return switch (t) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      case Throwable impossible -> new IllegalStateException(impossible);
    };
  }
}
