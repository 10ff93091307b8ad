package org.vexfs.daemon.store;

/// How fast compaction may go.
@FunctionalInterface
public interface Pace {
  /// As fast as the disk.
  Pace FULL =
      bytes -> {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      };

  /// Called before so many bytes are looked at or copied; waits as long as it likes, holding no
  /// lock but the one that keeps a second compaction away.
  ///
  /// @throws InterruptedException to end the compaction
  void await(long bytes) throws InterruptedException;
}
