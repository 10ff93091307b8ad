package org.vexfs.daemon.fuse;

import java.lang.foreign.MemorySegment;

/// The bytes of a write, in the receive buffer they came in.
final class WriteData {
  final MemorySegment bytes;
  private final ReceiveBuffers.Buffer buffer;

  /// `bytes` lies in `buffer`, which is kept until [#release].
  WriteData(MemorySegment bytes, ReceiveBuffers.Buffer buffer) {
    this.bytes = bytes;
    this.buffer = buffer;
  }

  /// Gives the buffer back; `bytes` may not be touched afterwards.
  void release() {
    buffer.release();
  }
}
