package org.vexfs.daemon.overlay;

import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorMatrix;

/// Vectors that a file is to have, one of many that are attached together.
///
/// @param number by which whoever asks for it knows it
/// @param path the file
/// @param collection what the vectors are to be in
/// @param matrix the vectors
public record Attachment(long number, TreePath path, String collection, VectorMatrix matrix) {
  /// Hears of what could not be attached.
  @FunctionalInterface
  public interface Refusals {
    /// `cause` is an [org.vexfs.daemon.base.ErrnoException] or an
    /// [org.vexfs.daemon.base.VectorFailure].
    void refused(Attachment attachment, Exception cause);
  }
}
