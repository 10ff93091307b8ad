package org.vexfs.daemon.index;

import java.util.function.IntConsumer;

/// Who does work that can be cut up.
@FunctionalInterface
public interface GraphWork {
  /// Calls `action` for each number from `from` to `to` - 1, on any threads, and returns when all
  /// calls have ended. Where one fails, so does this, and others may not be made.
  void forEach(int from, int to, IntConsumer action);
}
