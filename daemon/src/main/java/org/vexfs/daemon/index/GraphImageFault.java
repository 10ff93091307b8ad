package org.vexfs.daemon.index;

import java.io.Serial;

/// An image that is none of a graph over these vectors: it is to be built anew.
public final class GraphImageFault extends Exception {
  @Serial private static final long serialVersionUID = 1;

  GraphImageFault(String message) {
    super(message);
  }

  GraphImageFault(String message, Throwable cause) {
    super(message, cause);
  }
}
