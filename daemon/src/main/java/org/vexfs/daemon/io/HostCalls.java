package org.vexfs.daemon.io;

import java.lang.foreign.MemorySegment;
import org.vexfs.bindings.NativeCalls;

/// The C library's functions that a [Host] calls, by address.
final class HostCalls {
  static final MemorySegment OPENAT = NativeCalls.function("openat");
  static final MemorySegment STATX = NativeCalls.function("statx");
  static final MemorySegment FCNTL = NativeCalls.function("fcntl");
  static final MemorySegment FLOCK = NativeCalls.function("flock");
  static final MemorySegment FALLOCATE = NativeCalls.function("fallocate");
  static final MemorySegment COPY_FILE_RANGE = NativeCalls.function("copy_file_range");
  static final MemorySegment CLOSE = NativeCalls.function("close");
  static final MemorySegment FSTAT = NativeCalls.function("fstat");
  static final MemorySegment FSTATAT = NativeCalls.function("fstatat");
  static final MemorySegment READLINKAT = NativeCalls.function("readlinkat");
  static final MemorySegment MKDIRAT = NativeCalls.function("mkdirat");
  static final MemorySegment MKNODAT = NativeCalls.function("mknodat");
  static final MemorySegment SYMLINKAT = NativeCalls.function("symlinkat");
  static final MemorySegment LINKAT = NativeCalls.function("linkat");
  static final MemorySegment UNLINKAT = NativeCalls.function("unlinkat");
  static final MemorySegment RENAMEAT2 = NativeCalls.function("renameat2");
  static final MemorySegment FCHOWNAT = NativeCalls.function("fchownat");
  static final MemorySegment CHMOD = NativeCalls.function("chmod");
  static final MemorySegment UTIMENSAT = NativeCalls.function("utimensat");
  static final MemorySegment FTRUNCATE = NativeCalls.function("ftruncate");
  static final MemorySegment TRUNCATE = NativeCalls.function("truncate");
  static final MemorySegment PWRITE = NativeCalls.function("pwrite");
  static final MemorySegment FSYNC = NativeCalls.function("fsync");
  static final MemorySegment FDATASYNC = NativeCalls.function("fdatasync");
  static final MemorySegment FSTATVFS = NativeCalls.function("fstatvfs");
  static final MemorySegment GETDENTS = NativeCalls.function("getdents64");
  static final MemorySegment LSEEK = NativeCalls.function("lseek");
  static final MemorySegment EPOLL_CREATE = NativeCalls.function("epoll_create1");
  static final MemorySegment EPOLL_CTL = NativeCalls.function("epoll_ctl");
  static final MemorySegment EPOLL_WAIT = NativeCalls.function("epoll_wait");
  static final MemorySegment EVENTFD = NativeCalls.function("eventfd");
  static final MemorySegment EVENTFD_WRITE = NativeCalls.function("eventfd_write");
  static final MemorySegment GETXATTR = NativeCalls.function("getxattr");
  static final MemorySegment SETXATTR = NativeCalls.function("setxattr");
  static final MemorySegment LISTXATTR = NativeCalls.function("listxattr");
  static final MemorySegment REMOVEXATTR = NativeCalls.function("removexattr");

  private HostCalls() {}
}
