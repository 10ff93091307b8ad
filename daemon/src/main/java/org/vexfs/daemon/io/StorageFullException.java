package org.vexfs.daemon.io;

import java.io.IOException;

/// The disk, or the owner's quota, has no space left.
public final class StorageFullException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Says which file could not grow.
  public StorageFullException(String message) {
    super(message);
  }
}
