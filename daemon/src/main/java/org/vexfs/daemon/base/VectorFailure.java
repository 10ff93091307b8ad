package org.vexfs.daemon.base;

/// Why something asked of the vector side did not happen. Each message names what was asked, what
/// is wrong with it and, where there is one, the way out; it is what a user reads in
/// `.vexfs/errors`.
///
/// Failures carry no stack trace: they describe input and disks, not this program, and a client may
/// cause them at any rate. The errno that a failure becomes is the business of the `fuse` package
/// alone.
public abstract sealed class VectorFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private VectorFailure(String message) {
    super(message, null, false, false);
  }

  /// A vector that cannot be stored: wrong dimension, NaN, infinite, empty, ragged, unparsable,
  /// zero under cosine.
  public static final class InvalidVector extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Says what is wrong.
    public InvalidVector(String message) {
      super(message);
    }
  }

  /// A query, or a collection's settings, that cannot be understood or do not fit together.
  public static final class InvalidRequest extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Says what is wrong.
    public InvalidRequest(String message) {
      super(message);
    }
  }

  /// A vector or query over a limit of [Limits].
  public static final class TooLarge extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Says what is too large and what the limit is.
    public TooLarge(String message) {
      super(message);
    }
  }

  /// A collection, file or entry that a request names and that does not exist.
  public static final class NotFound extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Says what was not found.
    public NotFound(String message) {
      super(message);
    }
  }

  /// The store's disk is full; files and searches go on.
  public static final class StoreFull extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Says which file could not grow.
    public StoreFull(String message) {
      super(message);
    }
  }

  /// The store takes no changes: it is mounted read-only, or turned so by an earlier I/O error.
  public static final class StoreReadOnly extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Says why.
    public StoreReadOnly(String message) {
      super(message);
    }
  }

  /// Reading or writing the store failed, or what it holds is damaged.
  public static final class StoreBroken extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Names the file and what is wrong with it.
    public StoreBroken(String message) {
      super(message);
    }
  }

  /// Another daemon holds the store.
  public static final class StoreInUse extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Names the store and, where known, who holds it.
    public StoreInUse(String message) {
      super(message);
    }
  }

  /// The store was written by a version of VexFS that this one does not understand.
  public static final class StoreTooNew extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Names both versions.
    public StoreTooNew(String message) {
      super(message);
    }
  }

  /// The vector components are not up yet; the same request may succeed later.
  public static final class NotReady extends VectorFailure {
    private static final long serialVersionUID = 1L;

    /// Says what is awaited.
    public NotReady(String message) {
      super(message);
    }
  }
}
