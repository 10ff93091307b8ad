package org.vexfs.daemon.container;

import java.util.Locale;

/// The releases of Debian that images are made from: their libfuse differ in version and ABI.
enum Debian {
  /// Debian 12: libfuse 3.14, `libfuse3.so.3`.
  BOOKWORM,
  /// Debian 13: libfuse 3.17, `libfuse3.so.4`.
  TRIXIE;

  /// The release as tags of images have it.
  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
