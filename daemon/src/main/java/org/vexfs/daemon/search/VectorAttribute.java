package org.vexfs.daemon.search;

/// The extended attribute that is a file's entry in a collection: `user.vexfs.vector` in `default`,
/// `user.vexfs.vector.NAME` in NAME. Names are bytes, one char a byte.
public final class VectorAttribute {
  private static final String USER_PREFIX = "user.";

  /// That of the collection `default`.
  public static final String NAME = USER_PREFIX + "vexfs.vector";

  private static final String NAMED_PREFIX = NAME + ".";

  private VectorAttribute() {}

  /// The attribute of a collection.
  public static String of(String collection) {
    return collection.equals(Query.DEFAULT_COLLECTION) ? NAME : NAMED_PREFIX + collection;
  }

  /// The same without `user.`, as Java names it.
  public static String javaNameOf(String collection) {
    return of(collection).substring(USER_PREFIX.length());
  }

  /// Whether an attribute of this name is a vector.
  public static boolean isVector(String name) {
    return name.equals(NAME) || name.startsWith(NAMED_PREFIX);
  }

  /// The collection of an attribute that [#isVector].
  public static String collectionOf(String name) {
    return name.equals(NAME) ? Query.DEFAULT_COLLECTION : name.substring(NAMED_PREFIX.length());
  }
}
