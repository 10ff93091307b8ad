package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;

/// A file of the host that is open: one open file description here for each of the kernel's, so
/// what belongs to a description there (`O_APPEND`, a `flock(2)` lock) belongs to one here.
///
/// Everything is done at explicit offsets; the description's own position means nothing.
final class OpenFile {
  /// Most bytes that one request copies, so that neither an unmount nor a signal has to wait for
  /// long; callers ask again.
  private static final long MAX_COPY_BYTES = 64L << 20;

  final Inode inode;
  final int descriptor;

  /// Whether an owner of locks came through it; guarded by [FileLocks]' lock.
  boolean hasLocked;

  /// Whether content was changed through it that [VectorContent] has not looked at.
  private volatile boolean changed;

  /// Why the content is no vector, if it was to be one.
  private volatile Optional<VectorFailure> refusal = Optional.empty();

  /// Whether the host's description has `O_APPEND`: it then writes at the end whatever the offset.
  private final boolean appends;

  OpenFile(Inode inode, int descriptor, boolean appends) {
    this.inode = inode;
    this.descriptor = descriptor;
    this.appends = appends;
  }

  /// Content was changed through it.
  void changed() {
    refusal = Optional.empty();
    changed = true;
  }

  boolean isChanged() {
    return changed;
  }

  void settled() {
    changed = false;
  }

  void refused(VectorFailure cause) {
    refusal = Optional.of(cause);
  }

  /// Fails where the content, which was not changed since, was no vector.
  void requireNotRefused() throws VectorFailure {
    Optional<VectorFailure> cause = refusal;
    if (cause.isPresent()) {
      throw cause.get();
    }
  }

  /// Writes all of `data` at `offset`, or as much as fits before the first error; returns the bytes
  /// written. A description that appends cannot: pages of a mapping come through such a one, and
  /// what a caller writes who has turned `O_APPEND` off.
  long write(Host host, long offset, MemorySegment data) throws ErrnoException {
    WriteProgress writes = inode.writes();
    writes.begin();
    try {
      return appends
          ? writeByAnother(host, offset, data)
          : writeAll(host, descriptor, offset, data);
    } finally {
      writes.end();
    }
  }

  private long writeByAnother(Host host, long offset, MemorySegment data) throws ErrnoException {
    int positioned = host.reopen(inode.descriptor, Libc.O_WRONLY());
    try {
      return writeAll(host, positioned, offset, data);
    } finally {
      host.closeDescriptor(positioned);
    }
  }

  /// Writes all of `data` at the end, or as much as fits before the first error; returns the bytes
  /// written. A caller who has turned `O_APPEND` on only later writes at `offset`.
  long append(Host host, long offset, MemorySegment data) throws ErrnoException {
    WriteProgress writes = inode.writes();
    writes.begin();
    try {
      return writeAll(host, descriptor, offset, data);
    } finally {
      writes.end();
    }
  }

  private static long writeAll(Host host, int descriptor, long offset, MemorySegment data)
      throws ErrnoException {
    long written = 0;
    while (written < data.byteSize()) {
      try {
        written += host.pwrite(descriptor, data.asSlice(written), offset + written);
      } catch (ErrnoException e) {
        if (written > 0) {
          return written;
        }
        throw e;
      }
    }
    return written;
  }

  /// Copies a range to another file; returns the bytes copied, perhaps fewer than asked for.
  long copy(Host host, long offset, OpenFile to, long toOffset, long length) throws ErrnoException {
    long bounded = Math.min(length, MAX_COPY_BYTES);
    return host.copyFileRange(descriptor, offset, to.descriptor, toOffset, bounded);
  }

  /// `lseek(2)` for data and holes, the only kinds that the file system itself must answer.
  long seek(Host host, long offset, int whence) throws ErrnoException {
    if (whence != Libc.SEEK_DATA() && whence != Libc.SEEK_HOLE()) {
      throw ErrnoException.of(Errno.EINVAL);
    }
    return host.lseek(descriptor, offset, whence);
  }
}
