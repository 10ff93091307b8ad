package org.vexfs.daemon.overlay;

/// An `ioctl(2)`: what it asks for, and what the kernel has copied of the caller's memory.
///
/// @param command its request, which says how much memory is copied in and out (`asm/ioctl.h`)
/// @param input the memory that is copied in; handed over
/// @param room bytes that may be copied out
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record ControlCall(int command, byte[] input, int room) {
  private static final int KIND_BITS = 0xFFFF;
  private static final int DIRECTION_SHIFT = 30;
  private static final int SIZE_SHIFT = 16;
  private static final int SIZE_BITS = 0x3FFF;
  private static final int READ_AND_WRITE = 3;

  /// Type and number of the command, as `_IOC_TYPE` and `_IOC_NR` have them.
  public int kind() {
    return command & KIND_BITS;
  }

  /// Whether memory goes both ways, as `_IOWR` says, and as much of it as the command says.
  public boolean goesBothWays() {
    int size = (command >> SIZE_SHIFT) & SIZE_BITS;
    return command >>> DIRECTION_SHIFT == READ_AND_WRITE && input.length == size && room == size;
  }
}
