package org.vexfs.daemon.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Native memory that grows as it is written to, for images too large for the heap of a small
/// process. Owns the memory, until [#close].
final class GrowingBytes implements AutoCloseable {
  private static final long FIRST_CAPACITY_BYTES = 4096;

  private Arena arena = Arena.ofShared();
  private MemorySegment memory = arena.allocate(FIRST_CAPACITY_BYTES);
  private long size;

  long size() {
    return size;
  }

  /// What was written so far; not after more was.
  MemorySegment bytes() {
    return memory.asSlice(0, size);
  }

  GrowingBytes putByte(byte value) {
    reserve(Byte.BYTES);
    memory.set(ValueLayout.JAVA_BYTE, size, value);
    size += Byte.BYTES;
    return this;
  }

  GrowingBytes putShort(short value) {
    reserve(Short.BYTES);
    memory.set(RecordHeader.SHORT, size, value);
    size += Short.BYTES;
    return this;
  }

  GrowingBytes putAll(MemorySegment bytes) {
    reserve(bytes.byteSize());
    MemorySegment.copy(bytes, 0, memory, size, bytes.byteSize());
    size += bytes.byteSize();
    return this;
  }

  GrowingBytes putInt(int value) {
    reserve(Integer.BYTES);
    memory.set(RecordHeader.INT, size, value);
    size += Integer.BYTES;
    return this;
  }

  GrowingBytes putLong(long value) {
    reserve(Long.BYTES);
    memory.set(RecordHeader.LONG, size, value);
    size += Long.BYTES;
    return this;
  }

  /// A name, one char a byte: its length as u16, and its bytes.
  GrowingBytes putName(String name) {
    return putShort((short) name.length()).putText(name);
  }

  /// The bytes of a name, one char a byte.
  GrowingBytes putText(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    reserve(bytes.length);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, size, bytes.length);
    size += bytes.length;
    return this;
  }

  /// Writes over what was written at `position`.
  void setInt(long position, int value) {
    memory.set(RecordHeader.INT, position, value);
  }

  private void reserve(long more) {
    if (size + more <= memory.byteSize()) {
      return;
    }
    Arena larger = Arena.ofShared();
    MemorySegment moved = larger.allocate(Math.max(size + more, memory.byteSize() * 2));
    MemorySegment.copy(memory, 0, moved, 0, size);
    arena.close();
    arena = larger;
    memory = moved;
  }

  @Override
  public void close() {
    arena.close();
  }
}
