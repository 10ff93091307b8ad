package org.vexfs.daemon.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorMatrix;

/// One question: the `k` rows nearest to the target.
///
/// @param target what to be near to
/// @param collection name of the collection that is searched
/// @param k hits wanted for each vector of the target, 1 … [Limits#MAX_K]
/// @param ef candidates that an approximate search keeps; 0 leaves the choice to the engine
/// @param exact whether every vector is to be compared
/// @param offset hits to leave out at the front, with `k` at most [Limits#MAX_K]
/// @param maxDistance the largest distance, as the metric reports it, that still is a hit
/// @param filter what files have to be besides
/// @param with what each hit is to carry besides
public record Query(
    Target target,
    String collection,
    int k,
    int ef,
    boolean exact,
    int offset,
    OptionalDouble maxDistance,
    Optional<Filter> filter,
    Set<Extra> with) {
  /// The collection that is meant where none is named.
  public static final String DEFAULT_COLLECTION = "default";

  /// Hits wanted where nothing is said.
  public static final int DEFAULT_K = 10;

  /// Queries that one may be made of.
  public static final int MAX_FUSED = 64;

  /// Hits of each of them that count, at least, where they do not say.
  public static final int FUSED_K = 100;

  /// Checks the bounds, which [QueryParser] reports in the user's terms.
  public Query {
    if (k < 1 || offset < 0 || (long) offset + k > Limits.MAX_K || ef < 0 || ef > Limits.MAX_K) {
      throw new IllegalArgumentException("k " + k + ", offset " + offset + ", ef " + ef);
    }
    with = Set.copyOf(with);
  }

  /// A query for this target with everything else as it is where nothing is said.
  public static Query of(Target target) {
    return new Query(
        target,
        DEFAULT_COLLECTION,
        DEFAULT_K,
        0,
        false,
        0,
        OptionalDouble.empty(),
        Optional.empty(),
        Set.of());
  }

  /// The same for files that `more` lets through besides.
  Query where(Optional<Filter> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<Filter> both = new ArrayList<>(more.stream().toList());
    filter.ifPresent(both::add);
    return new Query(
        target,
        collection,
        k,
        ef,
        exact,
        offset,
        maxDistance,
        Optional.of(new Filter.Clauses(both, List.of(), List.of())),
        with);
  }

  /// What hits can be near to.
  public sealed interface Target {}

  /// These vectors, one search each.
  public record ByVector(VectorMatrix vectors) implements Target {}

  /// Vectors in raw form: how many they are is known once the collection's dimension is
  /// (`VectorValues.parseRaw`). The array is handed over and not written to.
  @SuppressWarnings("ArrayRecordComponent") // compared by content; up to 64 MiB, so not copied
  public record ByRaw(byte[] bytes) implements Target {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof ByRaw raw && Arrays.equals(bytes, raw.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /// The vectors of a file.
  ///
  /// @param path relative to the directory whose `.vexfs` was asked
  public record LikePath(TreePath path) implements Target {}

  /// Words, which the collection's embedder turns into a vector.
  public record ByText(String text) implements Target {}

  /// Several queries, each with its own collection perhaps, whose rankings are made one
  /// ([RankFusion]). Of the query that has this target, `k`, `offset` and `with` count; its filter
  /// is that of each besides their own.
  ///
  /// @param queries at most [#MAX_FUSED], none of them with such a target
  public record Fused(List<Query> queries) implements Target {
    /// Makes the list immutable.
    public Fused {
      queries = List.copyOf(queries);
    }
  }

  /// What a hit can carry besides its place and distance.
  public enum Extra {
    /// The row that was hit.
    VECTOR("vector"),
    /// The file's `user.*` attributes.
    ATTRIBUTES("attributes");

    private final String id;

    Extra(String id) {
      this.id = id;
    }

    /// The name in `with`, and the key in the hit.
    public String id() {
      return id;
    }
  }
}
