package org.vexfs.daemon.store;

/// How a store lays out its files.
///
/// @param segmentBytes where a log segment ends and the next begins; a longer change has its own
/// @param windowBytes how far ahead of what is written a segment is mapped
public record StoreOptions(long segmentBytes, int windowBytes) {
  /// For real stores.
  public static final StoreOptions DEFAULT = new StoreOptions(256L << 20, 16 << 20);

  /// Checks the sizes.
  public StoreOptions {
    if (segmentBytes < SegmentHeader.BYTES || windowBytes < SegmentHeader.BYTES) {
      throw new IllegalArgumentException("a segment or window is smaller than a segment's header");
    }
  }
}
