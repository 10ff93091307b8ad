package org.vexfs.daemon.control;

import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.overlay.Opened;

/// A file whose content was made when it was opened.
final class FixedHandle implements VirtualHandle {
  private final byte[] content;
  private final Opened.Caching caching;

  /// Content of a size that `stat` did not tell.
  FixedHandle(byte[] content) {
    this(content, Opened.Caching.DIRECT);
  }

  FixedHandle(byte[] content, Opened.Caching caching) {
    this.content = content;
    this.caching = caching;
  }

  @Override
  public Content read(Host host, long offset, int size) {
    return Content.OfBytes.range(content, offset, size);
  }

  @Override
  public Opened.Caching caching() {
    return caching;
  }
}
