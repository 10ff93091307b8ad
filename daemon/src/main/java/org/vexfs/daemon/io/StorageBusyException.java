package org.vexfs.daemon.io;

import java.io.IOException;

/// Somebody else holds a lock.
public final class StorageBusyException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Names the lock and, where known, who holds it.
  public StorageBusyException(String message) {
    super(message);
  }
}
