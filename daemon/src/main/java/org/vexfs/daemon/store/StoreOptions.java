package org.vexfs.daemon.store;

/// How a store lays out its files, and when it does more than it must.
///
/// @param segmentBytes where a log segment ends and the next begins; a longer change has its own
/// @param windowBytes how far ahead of what is written a segment is mapped
/// @param checkpointBytes how much is appended to the log until the next checkpoint is due: with
///   what comes while that is written, the most that opening the store replays
/// @param durability when a change counts as made
public record StoreOptions(
    long segmentBytes, int windowBytes, long checkpointBytes, Durability durability) {
  /// What a change that returned survives.
  public enum Durability {
    /// The end of the process; power loss only once it was synced.
    PROCESS,
    /// Power loss: every change waits for a flush, which changes at the same time share.
    ALWAYS
  }

  /// Replaying so much takes a fraction of a second.
  private static final long DEFAULT_CHECKPOINT_BYTES = 64L << 20;

  /// For real stores.
  public static final StoreOptions DEFAULT = new StoreOptions(256L << 20, 16 << 20);

  /// A layout, and otherwise what real stores have.
  public StoreOptions(long segmentBytes, int windowBytes) {
    this(segmentBytes, windowBytes, DEFAULT_CHECKPOINT_BYTES, Durability.PROCESS);
  }

  /// Checks the sizes.
  public StoreOptions {
    if (segmentBytes < SegmentHeader.BYTES || windowBytes < SegmentHeader.BYTES) {
      throw new IllegalArgumentException("a segment or window is smaller than a segment's header");
    }
  }

  /// The same with another durability.
  public StoreOptions with(Durability durability) {
    return new StoreOptions(segmentBytes, windowBytes, checkpointBytes, durability);
  }
}
