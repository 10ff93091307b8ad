package org.vexfs.daemon.fuzz;

import java.util.Locale;
import org.vexfs.daemon.app.MatrixFileTarget;
import org.vexfs.daemon.fuse.ControlFileTarget;
import org.vexfs.daemon.fuse.RequestTarget;
import org.vexfs.daemon.search.QueryTarget;
import org.vexfs.daemon.store.StoreFileTarget;
import org.vexfs.daemon.store.VectorValueTarget;

/// Everything that takes input from strangers.
public enum FuzzTargets {
  /// What the kernel asks for, or one who plays its part.
  REQUESTS,
  /// What users write to control files and attributes.
  CONTROL_FILES,
  /// Queries of every form, and their search.
  QUERIES,
  /// Vectors of every form, NumPy's headers among them.
  VECTORS,
  /// Files of vectors, which the command line reads.
  MATRIX_FILES,
  /// The files of a store: log, checkpoint, graph.
  STORE_FILES;

  /// The target, ready for input.
  public FuzzTarget open() throws Exception {
    return switch (this) {
      case REQUESTS -> new RequestTarget();
      case CONTROL_FILES -> new ControlFileTarget();
      case QUERIES -> new QueryTarget();
      case VECTORS -> new VectorValueTarget();
      case MATRIX_FILES -> new MatrixFileTarget();
      case STORE_FILES -> new StoreFileTarget();
    };
  }

  /// As options and folders have it.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The target of a label.
  public static FuzzTargets of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
