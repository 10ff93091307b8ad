package org.vexfs.daemon.base;

/// The bounds that hold everywhere; what they are for is said at each.
public final class Limits {
  /// Values a vector may have.
  public static final int MAX_DIMENSION = 65_536;

  /// Bytes of the vectors that one file may have in one collection, as float32: a matrix beyond it
  /// is refused whole.
  public static final long MAX_ENTRY_BYTES = 256L << 20;

  /// Bytes of a query as written to `.vexfs/search`, a batch of vectors included.
  public static final int MAX_QUERY_BYTES = 64 << 20;

  /// Hits a query may ask for.
  public static final int MAX_K = 100_000;

  /// Bytes of a collection's name, which is part of an extended attribute's name (255 bytes in
  /// all).
  public static final int MAX_COLLECTION_NAME_BYTES = 200;

  private Limits() {}
}
