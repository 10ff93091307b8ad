package org.vexfs.daemon.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;

/// The host's calls about extended attributes of what an `O_PATH` descriptor refers to. Part of a
/// [Host], whose thread it serves.
public final class HostAttributes {
  private final CallMemory memory;
  private final MemorySegment value;

  HostAttributes(CallMemory memory, Arena arena) {
    this.memory = memory;
    this.value = arena.allocate(Host.MAX_ATTRIBUTE_BYTES);
  }

  /// The value of an extended attribute of what an `O_PATH` descriptor refers to.
  public byte[] get(int descriptor, String name) throws ErrnoException {
    long length =
        memory.check(
            memory.call(
                HostCalls.GETXATTR,
                memory.first(CallMemory.procPath(descriptor)),
                memory.second(name),
                value.address(),
                value.byteSize()));
    return value.asSlice(0, length).toArray(JAVA_BYTE);
  }

  /// Sets an extended attribute; `flags` as in `setxattr(2)`.
  public void set(int descriptor, String name, byte[] content, int flags) throws ErrnoException {
    if (content.length > Host.MAX_ATTRIBUTE_BYTES) {
      throw ErrnoException.of(Libc.E2BIG());
    }
    MemorySegment.copy(content, 0, value, JAVA_BYTE, 0, content.length);
    memory.check(
        (int)
            memory.call(
                HostCalls.SETXATTR,
                memory.first(CallMemory.procPath(descriptor)),
                memory.second(name),
                value.address(),
                content.length,
                flags));
  }

  /// The names of the extended attributes, each followed by NUL.
  public byte[] list(int descriptor) throws ErrnoException {
    long length =
        memory.check(
            memory.call(
                HostCalls.LISTXATTR,
                memory.first(CallMemory.procPath(descriptor)),
                value.address(),
                value.byteSize()));
    return value.asSlice(0, length).toArray(JAVA_BYTE);
  }

  /// Removes an extended attribute.
  public void remove(int descriptor, String name) throws ErrnoException {
    memory.check(
        (int)
            memory.call(
                HostCalls.REMOVEXATTR,
                memory.first(CallMemory.procPath(descriptor)),
                memory.second(name)));
  }
}
