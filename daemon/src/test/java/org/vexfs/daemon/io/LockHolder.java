package org.vexfs.daemon.io;

import java.io.IOException;
import java.nio.file.Path;

/// A process that locks a store and waits to be killed.
public final class LockHolder {
  private LockHolder() {}

  /// Takes the lock in the directory that is named.
  public static void main(String[] args) throws IOException {
    HostDirectory.at(Path.of(args[0])).lock("lock");
    System.out.println("locked");
    while (System.in.read() >= 0) {
      // Whatever comes: the end of the input is the end of the parent.
    }
  }
}
