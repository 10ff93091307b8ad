package org.vexfs.daemon.index;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.distance.Metric;

/// An index for approximate nearest neighbours: a hierarchical navigable small world graph after
/// Malkov and Yashunin (arXiv 1603.09320). A node is a slot of [Vectors].
///
/// | here | in the paper |
/// |---|---|
/// | [HnswParameters#m] | M; M_max = M, M_max0 = 2 M |
/// | [HnswParameters#efConstruction] | efConstruction |
/// | `ef` of [#search] | ef |
/// | [HnswParameters#level] | m_L = 1/ln M |
/// | [NeighbourSelection] | Algorithm 4, keepPrunedConnections |
///
/// Two things go beyond it: [SpanningTree] makes every node reachable from every other, and nodes
/// can be removed, which costs about as much as inserting them.
///
/// **Threads.** Any thread may call anything. Insertions, removals and checks take turns by the
/// graph's lock; searches take no lock and run beside them. A search sees every node whose
/// insertion returned before it began, in the sense that it can find it; one that is inserted or
/// removed meanwhile may be found or not. Nodes that are removed while a search stands on them cut
/// short the paths through them, so a search amid heavy removal may return fewer than it could.
///
/// **Memory model.** A reader gets at a node by the entry, a volatile field, or by a link, read
/// with acquire from an array that was published with release and is never written to again. Either
/// was written after the node's own links and after the page that holds them, so both are seen; see
/// [Layer]. A reader that comes late sees older links, never a mixture: they lead to nodes that are
/// gone, which have no links and are not returned, and whose vectors [Vectors] keeps readable.
public final class HnswGraph {
  /// The most layers a graph has.
  public static final int MAX_LAYERS = 16;

  private final HnswParameters parameters;
  private final Topology topology;
  private final GraphSearch search;

  private final ReentrantLock writing = new ReentrantLock();

  @GuardedBy("writing")
  private final GraphWriter writer;

  /// Written under the lock.
  private volatile int size;

  /// An empty graph over these vectors.
  public HnswGraph(Vectors vectors, Metric metric, HnswParameters parameters) {
    Space space = new Space(vectors, metric);
    this.parameters = parameters;
    this.topology = new Topology();
    this.search = new GraphSearch(topology, space);
    this.writer = new GraphWriter(topology, space, parameters, search);
  }

  /// Inserts a slot, whose vector is in place. A slot that was removed may come back.
  ///
  /// @throws IllegalArgumentException where the graph has it already, or the slot is negative
  public void insert(int slot) {
    writing.lock();
    try {
      if (slot < 0) {
        throw new IllegalArgumentException("slot " + slot + " is negative");
      }
      if (contains(slot)) {
        throw new IllegalArgumentException("slot " + slot + " cannot be inserted: it is there");
      }
      writer.insert(slot);
      size = topology.base().size();
    } finally {
      writing.unlock();
    }
  }

  /// Removes a slot and closes the gap among those around it.
  ///
  /// @throws IllegalArgumentException where the graph does not have it
  public void remove(int slot) {
    writing.lock();
    try {
      if (!contains(slot)) {
        throw new IllegalArgumentException("slot " + slot + " cannot be removed: it is not there");
      }
      writer.remove(slot);
      size = topology.base().size();
    } finally {
      writing.unlock();
    }
  }

  /// Whether the graph has `slot`.
  public boolean contains(int slot) {
    return topology.base().contains(slot);
  }

  /// Number of slots in the graph.
  public int size() {
    return size;
  }

  /// Searches for the slots nearest to a query among those that `accept` lets through, and leaves
  /// them in `scratch`, in ascending order of (distance, slot).
  ///
  /// Recall and cost grow with `ef`; whoever wants k asks for ef ≥ k and takes the first k. What
  /// `accept` holds back is passed through but not counted, so the search spreads until it has `ef`
  /// slots or has seen the graph. Fastest where query and vectors are in the same kind of segment.
  ///
  /// @param queryOffset where in `query` the vector begins, in bytes; a multiple of 4
  /// @param ef breadth of the search, and the most results; at least 1
  /// @return the number of results
  public int search(
      MemorySegment query, long queryOffset, int ef, SlotPredicate accept, SearchScratch scratch) {
    search.search(query, queryOffset, ef, accept, scratch);
    return scratch.size();
  }

  /// Checks everything that must hold of the graph, holding changes off meanwhile; takes time
  /// proportional to the links.
  public GraphReport check() {
    writing.lock();
    try {
      return new GraphChecker(topology, writer.tree(), parameters).check();
    } finally {
      writing.unlock();
    }
  }
}
