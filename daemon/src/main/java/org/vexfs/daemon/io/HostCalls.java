package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vexfs.bindings.libc.Libc;

/// The C library's functions, linked with `errno` captured.
///
/// jextract's own handles do not capture it, and the JVM may overwrite it between two calls; so
/// they are linked anew from jextract's addresses and descriptors.
final class HostCalls {
  static final MethodHandle OPENAT =
      link(
          Linker.nativeLinker().defaultLookup().findOrThrow("openat"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(3));
  static final MethodHandle STATX =
      link(
          Linker.nativeLinker().defaultLookup().findOrThrow("statx"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  static final MethodHandle FCNTL =
      link(
          Linker.nativeLinker().defaultLookup().findOrThrow("fcntl"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  static final MethodHandle FCNTL_LOCK =
      link(
          Linker.nativeLinker().defaultLookup().findOrThrow("fcntl"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
          Linker.Option.firstVariadicArg(2));
  static final MethodHandle FLOCK = link(Libc.flock$address(), Libc.flock$descriptor());
  static final MethodHandle FALLOCATE = link(Libc.fallocate$address(), Libc.fallocate$descriptor());
  static final MethodHandle COPY_FILE_RANGE =
      link(Libc.copy_file_range$address(), Libc.copy_file_range$descriptor());
  static final MethodHandle CLOSE = link(Libc.close$address(), Libc.close$descriptor());
  static final MethodHandle FSTAT = link(Libc.fstat$address(), Libc.fstat$descriptor());
  static final MethodHandle FSTATAT = link(Libc.fstatat$address(), Libc.fstatat$descriptor());
  static final MethodHandle READLINKAT =
      link(Libc.readlinkat$address(), Libc.readlinkat$descriptor());
  static final MethodHandle MKDIRAT = link(Libc.mkdirat$address(), Libc.mkdirat$descriptor());
  static final MethodHandle MKNODAT = link(Libc.mknodat$address(), Libc.mknodat$descriptor());
  static final MethodHandle SYMLINKAT = link(Libc.symlinkat$address(), Libc.symlinkat$descriptor());
  static final MethodHandle LINKAT = link(Libc.linkat$address(), Libc.linkat$descriptor());
  static final MethodHandle UNLINKAT = link(Libc.unlinkat$address(), Libc.unlinkat$descriptor());
  static final MethodHandle RENAMEAT2 = link(Libc.renameat2$address(), Libc.renameat2$descriptor());
  static final MethodHandle FCHOWNAT = link(Libc.fchownat$address(), Libc.fchownat$descriptor());
  static final MethodHandle CHMOD = link(Libc.chmod$address(), Libc.chmod$descriptor());
  static final MethodHandle UTIMENSAT = link(Libc.utimensat$address(), Libc.utimensat$descriptor());
  static final MethodHandle FTRUNCATE = link(Libc.ftruncate$address(), Libc.ftruncate$descriptor());
  static final MethodHandle TRUNCATE = link(Libc.truncate$address(), Libc.truncate$descriptor());
  static final MethodHandle PWRITE = link(Libc.pwrite$address(), Libc.pwrite$descriptor());
  static final MethodHandle FSYNC = link(Libc.fsync$address(), Libc.fsync$descriptor());
  static final MethodHandle FDATASYNC = link(Libc.fdatasync$address(), Libc.fdatasync$descriptor());
  static final MethodHandle FSTATVFS = link(Libc.fstatvfs$address(), Libc.fstatvfs$descriptor());
  static final MethodHandle GETDENTS =
      link(Libc.getdents64$address(), Libc.getdents64$descriptor());
  static final MethodHandle LSEEK = link(Libc.lseek$address(), Libc.lseek$descriptor());
  static final MethodHandle GETXATTR = link(Libc.getxattr$address(), Libc.getxattr$descriptor());
  static final MethodHandle SETXATTR = link(Libc.setxattr$address(), Libc.setxattr$descriptor());
  static final MethodHandle LISTXATTR = link(Libc.listxattr$address(), Libc.listxattr$descriptor());
  static final MethodHandle REMOVEXATTR =
      link(Libc.removexattr$address(), Libc.removexattr$descriptor());

  private HostCalls() {}

  private static MethodHandle link(
      MemorySegment address, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker.Option[] options = new Linker.Option[more.length + 1];
    options[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(more, 0, options, 1, more.length);
    return Linker.nativeLinker().downcallHandle(address, descriptor, options);
  }
}
