package org.vexfs.daemon.overlay;

import org.vexfs.daemon.base.HandleId;

/// A file that was opened.
///
/// @param handle what to call it by
/// @param caching how the kernel is to treat its content
public record Opened(HandleId handle, Caching caching) {
  /// How the kernel treats an open file's content.
  public enum Caching {
    /// Through the page cache.
    PAGES,
    /// Every read and write comes to the daemon, and the file's size says nothing.
    DIRECT
  }
}
