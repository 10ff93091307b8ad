package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vexfs.bindings.libc.Libc;

/// What follows the header of a request: the fields of the structs in `linux/fuse.h`, one after the
/// other, in the machine's byte order.
final class Payload {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  static Payload of() {
    return new Payload();
  }

  /// A name alone.
  static Payload name(String name) {
    return of().text(name);
  }

  Payload u16(int value) {
    bytes.writeBytes(field(Short.BYTES).putShort((short) value).array());
    return this;
  }

  Payload u32(int... values) {
    for (int value : values) {
      bytes.writeBytes(field(Integer.BYTES).putInt(value).array());
    }
    return this;
  }

  Payload u64(long... values) {
    for (long value : values) {
      bytes.writeBytes(field(Long.BYTES).putLong(value).array());
    }
    return this;
  }

  /// A byte string with its NUL.
  Payload text(String text) {
    bytes.writeBytes(text.getBytes(ISO_8859_1));
    bytes.write(0);
    return this;
  }

  Payload raw(byte[] content) {
    bytes.writeBytes(content);
    return this;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  private static ByteBuffer field(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }

  // Requests whose fields matter little to most callers.

  static Payload setSize(long size) {
    return of().u32(1 << 3, 0).u64(0, size, 0, 0, 0, 0).u32(0, 0, 0, 0, 0, 0, 0, 0);
  }

  static Payload setMode(int mode) {
    return of().u32(1, 0).u64(0, 0, 0, 0, 0, 0).u32(0, 0, 0, mode, 0, 0, 0, 0);
  }

  static Payload mkdir(String name, int mode) {
    return of().u32(mode, 0).text(name);
  }

  static Payload mknod(String name, int mode) {
    return of().u32(mode, 0, 0, 0).text(name);
  }

  static Payload create(String name, int mode, int flags) {
    return of().u32(flags, mode, 0, 0).text(name);
  }

  static Payload rename2(String name, long newParent, String newName, int flags) {
    return of().u64(newParent).u32(flags, 0).text(name).text(newName);
  }

  static Payload open(int flags) {
    return of().u32(flags, 0);
  }

  static Payload read(long handle, long offset, int size) {
    return of().u64(handle, offset).u32(size, 0).u64(0).u32(0, 0);
  }

  static Payload write(long handle, long offset, byte[] data) {
    return of().u64(handle, offset).u32(data.length, 0).u64(0).u32(0, 0).raw(data);
  }

  static Payload release(long handle) {
    return of().u64(handle).u32(0, 0).u64(0);
  }

  static Payload flush(long handle, long owner) {
    return of().u64(handle).u32(0, 0).u64(owner);
  }

  /// Bytes `start` to `end`, the latter included; `flags` is 1 for `flock(2)`.
  static Payload lock(long handle, long owner, long start, long end, int type, int flags) {
    return of().u64(handle, owner, start, end).u32(type, Libc.getpid(), flags, 0);
  }

  static Payload fallocate(long handle, int mode, long offset, long length) {
    return of().u64(handle, offset, length).u32(mode, 0);
  }

  static Payload lseek(long handle, long offset, int whence) {
    return of().u64(handle, offset).u32(whence, 0);
  }

  static Payload copy(long handle, long offset, long to, long toHandle, long toOffset, long size) {
    return of().u64(handle, offset, to, toHandle, toOffset, size, 0);
  }

  static Payload fsync(long handle, int flags) {
    return of().u64(handle).u32(flags, 0);
  }

  static Payload setxattr(String name, byte[] value, int flags) {
    return of().u32(value.length, flags).text(name).raw(value);
  }

  static Payload getxattr(String name, int size) {
    return of().u32(size, 0).text(name);
  }
}
