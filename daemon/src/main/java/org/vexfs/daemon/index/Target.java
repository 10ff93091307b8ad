package org.vexfs.daemon.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What distances are measured from, in the form that its [TraversalSpace] has it: a vector where
/// it lies, or a code laid out to be compared with many, in memory of its own. Kept from use to
/// use; one thread at a time.
final class Target {
  private static final int CACHE_LINE = 64;

  private MemorySegment memory = MemorySegment.NULL;
  private long offset;

  /// Freed by the garbage collector.
  private MemorySegment own = MemorySegment.NULL;

  /// Where the blocks of nodes lie that are compared at once.
  private long[] addresses = new long[0];

  private int[] products = new int[0];

  /// Room for the distance of one node.
  final float[] single = new float[1];

  /// Takes what is read to bring it into the cache, so that the compiler has to do it.
  int fetched;

  MemorySegment memory() {
    return memory;
  }

  long offset() {
    return offset;
  }

  /// The address of what it is aimed at, where that is native memory. Whoever uses it keeps this
  /// alive.
  long address() {
    return memory.address() + offset;
  }

  /// Room for so many addresses of blocks.
  long[] addresses(int count) {
    if (addresses.length < count) {
      addresses = new long[count];
    }
    return addresses;
  }

  /// Room for so many products of codes.
  int[] products(int count) {
    if (products.length < count) {
      products = new int[count];
    }
    return products;
  }

  /// Aims at something that lies elsewhere.
  void set(MemorySegment newMemory, long newOffset) {
    memory = newMemory;
    offset = newOffset;
  }

  /// Aims at what is about to be written, from 0 on, to the memory returned, which is native.
  MemorySegment make(int bytes) {
    if (own.byteSize() < bytes) {
      own = Arena.ofAuto().allocate(bytes, CACHE_LINE);
    }
    set(own, 0);
    return own;
  }

  /// Lets go of what lies elsewhere.
  void clear() {
    set(MemorySegment.NULL, 0);
  }
}
