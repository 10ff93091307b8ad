package org.vexfs.daemon.io;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// A file that is appended to and read through mappings.
///
/// It is mapped in regions. A region begins with the first span that no longer fitted the one
/// before, so a span never lies across two, and reaches ahead of what is written: the file is
/// extended by zeros to the region's end first, so that nothing mapped lies beyond the end of the
/// file. The zeros are cut off when the file is [finished][#finish].
///
/// This object owns the mappings: a region is readable until [#close]. Appending is for one thread
/// at a time; regions may be read by all.
public final class MappedFile implements Closeable {
  private final StorageFile file;
  private final int windowBytes;
  private final Arena arena;

  private MemorySegment region;
  private long regionStart;
  private boolean open = true;

  private MappedFile(StorageFile file, int windowBytes, Arena arena, MemorySegment region) {
    this.file = file;
    this.windowBytes = windowBytes;
    this.arena = arena;
    this.region = region;
  }

  /// Takes over `file`, whose first `size` bytes become the first region; later ones have at least
  /// `windowBytes`.
  public static MappedFile of(StorageFile file, long size, int windowBytes) throws IOException {
    Arena arena = Arena.ofShared();
    boolean mapped = false;
    try {
      MappedFile taken = new MappedFile(file, windowBytes, arena, file.map(0, size, arena));
      mapped = true;
      return taken;
    } finally {
      if (!mapped) {
        arena.close();
      }
    }
  }

  /// The name of the file.
  public String name() {
    return file.name();
  }

  /// Whether this is still the file of its name.
  public boolean hasItsName() {
    return file.hasItsName();
  }

  /// The region that the next span of `length` bytes at `position` will lie in, mapped where it is
  /// not yet. Spans are asked for in ascending order.
  public MemorySegment regionFor(long position, long length) throws IOException {
    long end = position + length;
    if (end > regionStart + region.byteSize()) {
      long regionEnd = position + Math.max(length, windowBytes);
      file.extend(regionEnd);
      region = file.map(position, regionEnd - position, arena);
      regionStart = position;
    }
    return region;
  }

  /// The region that was mapped last: all of what the file had when it was taken over, before any
  /// span was asked for.
  public MemorySegment region() {
    return region;
  }

  /// Where in the file the region that [#regionFor] gave last begins.
  public long regionStart() {
    return regionStart;
  }

  /// Writes all that remains of `source`.
  public void write(ByteBuffer source, long position) throws IOException {
    long target = position;
    while (source.hasRemaining()) {
      target += file.write(source, target);
    }
  }

  /// Cuts the file off; what is mapped beyond must not be read until it was written again.
  public void truncate(long size) throws IOException {
    file.truncate(size);
  }

  /// Makes durable what was written.
  public void sync() throws IOException {
    file.sync();
  }

  /// Ends appending at `size`, durably, and closes the file; its regions stay readable. Does
  /// nothing the second time.
  public void finish(long size) throws IOException {
    if (open) {
      file.truncate(size);
      file.sync();
      abandon();
    }
  }

  /// Closes the file as it lies; its regions stay readable.
  public void abandon() throws IOException {
    if (open) {
      open = false;
      file.close();
    }
  }

  /// Ends the mappings, and the file where it is still open.
  @Override
  public void close() throws IOException {
    try {
      abandon();
    } finally {
      arena.close();
    }
  }
}
