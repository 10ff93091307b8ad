package org.vexfs.daemon.app;

import org.vexfs.daemon.search.Query;

/// The extended attribute that is a file's entry in a collection, without `user.`, as Java names
/// it.
final class VectorAttribute {
  private static final String NAME = "vexfs.vector";

  private VectorAttribute() {}

  static String of(String collection) {
    return collection.equals(Query.DEFAULT_COLLECTION) ? NAME : NAME + "." + collection;
  }
}
