package org.vexfs.daemon.index;

import java.util.stream.Stream;

/// A lock for each node, shared with others: enough that threads rarely meet at one, few enough
/// that they cost nothing. No thread holds two of the same object's.
final class NodeLocks {
  private static final int BITS = 10;

  private final Object[] locks = Stream.generate(Object::new).limit(1 << BITS).toArray();

  /// The lock of `slot`; neighbouring slots have different ones.
  Object of(int slot) {
    return locks[slot & ((1 << BITS) - 1)];
  }
}
