package org.vexfs.daemon.index;

/// What shapes an [HnswGraph]; the names are the paper's.
///
/// @param m links that a node makes on each layer as it is inserted, and the most it keeps on the
///   upper layers; layer 0 keeps twice as many. 2 … [#MAX_M]
/// @param efConstruction breadth of the search for a new node's neighbours, from `m` to
///   [#MAX_EF_CONSTRUCTION]
/// @param seed fixes which node rises to which layer: the same insertions under the same seed make
///   the same graph
/// @param traversal by which distances the graph is built and walked
public record HnswParameters(int m, int efConstruction, long seed, Traversal traversal) {
  /// The largest `m`.
  public static final int MAX_M = 512;

  /// The largest `efConstruction`.
  public static final int MAX_EF_CONSTRUCTION = 10_000;

  /// What serves most collections.
  public static final HnswParameters DEFAULT = new HnswParameters(16, 200, 0x5EED, Traversal.CODES);

  /// Below this dimension codes save little, and points may lie denser than they resolve.
  private static final int LEAST_CODED_DIMENSION = 32;

  /// What serves most collections of this dimension.
  public static HnswParameters forDimension(int dimension) {
    return dimension < LEAST_CODED_DIMENSION ? DEFAULT.with(Traversal.VECTORS) : DEFAULT;
  }

  /// Checks the ranges.
  public HnswParameters {
    if (m < 2 || m > MAX_M) {
      throw new IllegalArgumentException("m must be 2 ... " + MAX_M + ", not " + m);
    }
    if (efConstruction < m || efConstruction > MAX_EF_CONSTRUCTION) {
      throw new IllegalArgumentException(
          "efConstruction must be "
              + m
              + " (m) ... "
              + MAX_EF_CONSTRUCTION
              + ", not "
              + efConstruction);
    }
  }

  /// The same with another traversal.
  public HnswParameters with(Traversal other) {
    return new HnswParameters(m, efConstruction, seed, other);
  }

  /// The most links that a node keeps on `layer`.
  int maxLinks(int layer) {
    return layer == 0 ? 2 * m : m;
  }

  /// The topmost layer of `slot`: exponentially distributed with the paper's level factor 1/ln m,
  /// drawn from the seed and the slot alone, so that it does not depend on the order of insertion.
  int level(int slot) {
    long bits = mix(seed ^ mix(slot + 0x9E3779B97F4A7C15L));
    double uniform = ((bits >>> 11) + 1) * 0x1p-53;
    return (int) Math.min(HnswGraph.MAX_LAYERS - 1, -Math.log(uniform) / Math.log(m));
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
  private static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }
}
