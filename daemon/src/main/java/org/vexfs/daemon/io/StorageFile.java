package org.vexfs.daemon.io;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Instant;

/// One open file. Positions and sizes are in bytes.
///
/// What was written is seen by every reader and every mapping at once, and survives the process;
/// only what was written before a [#sync] that returned survives power loss.
public interface StorageFile extends Closeable {
  /// The name within its directory.
  String name();

  /// Whether this is still the file of its name: nobody removed it, moved it or its directory away,
  /// or mounted something over it.
  boolean hasItsName();

  /// Bytes from the start to the end.
  long size() throws IOException;

  /// When it was last written to.
  Instant modified() throws IOException;

  /// Writes at least one of the remaining bytes of `source` at `position` and says how many.
  ///
  /// @throws StorageFullException where there is no space; some bytes may have been written
  int write(ByteBuffer source, long position) throws IOException;

  /// Reads into what remains of `target` and says how many bytes, -1 at the end.
  int read(ByteBuffer target, long position) throws IOException;

  /// Cuts the file off at `size`; a shorter one stays as it is.
  void truncate(long size) throws IOException;

  /// Makes the file `size` bytes long; what is new reads as zeros and need not have space on the
  /// disk yet. A longer one stays as it is.
  void extend(long size) throws IOException;

  /// Makes durable what was written, and the size.
  void sync() throws IOException;

  /// Maps bytes that exist, for reading, until `arena` closes; closing the file does not end it.
  MemorySegment map(long position, long length, Arena arena) throws IOException;
}
