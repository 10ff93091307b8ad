package org.vexfs.daemon.index;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Takes the image of a graph, a piece at a time.
@FunctionalInterface
public interface GraphSink {
  /// Takes the next piece; its memory is used anew afterwards.
  void write(MemorySegment piece) throws IOException;
}
