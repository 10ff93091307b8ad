package org.vexfs.daemon.index;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.distance.VectorCode;

/// An index for approximate nearest neighbours: a hierarchical navigable small world graph after
/// Malkov and Yashunin (arXiv 1603.09320). A node is a slot of [Vectors].
///
/// | here | in the paper |
/// |---|---|
/// | [HnswParameters#m] | M; M_max = M, M_max0 = 2 M |
/// | [HnswParameters#efConstruction] | efConstruction |
/// | `ef` of [#search] | ef |
/// | [HnswParameters#level] | m_L = 1/ln M |
/// | [NeighbourSelection] | Algorithm 4, without its options |
///
/// Three things go beyond it: [SpanningTree] makes every node reachable from every other; nodes can
/// be removed, which costs about as much as inserting them; and distances on the way are those of
/// codes, which lie beside the links, while the distances that a search returns, and the order in
/// which it returns, are those of the vectors ([Traversal]).
///
/// **Threads.** Any thread may call anything. Insertions run side by side, and guard what they
/// change by locks of single nodes; removals and checks run alone; searches take no lock and run
/// beside all of them. A search sees every node whose insertion returned before it began, in the
/// sense that it can find it; one that is inserted or removed meanwhile may be found or not. Nodes
/// that are removed while a search stands on them cut short the paths through them, so a search
/// amid heavy removal may return fewer than it could.
///
/// **Memory model.** A reader gets at a node by the entry, a volatile field, or by a link, which is
/// stored with release and loaded with acquire. Either was written after the node's own links, its
/// code, and the page that holds them, so all are seen; see [BaseLayer] and [UpperLayer]. A reader
/// that comes late may see older links: they lead to nodes that are gone, which have no links and
/// are not returned, whose codes stay where they are, and whose vectors [Vectors] keeps readable. A
/// slot that comes back may have another vector, but only once the searches have ended that began
/// before it was removed; no other can be on its way to it.
public final class HnswGraph implements SearchableGraph {
  /// The most layers a graph has.
  public static final int MAX_LAYERS = 16;

  private final HnswParameters parameters;
  private final NodeBlocks blocks;
  private final TraversalSpace space;
  private final Topology topology;
  private final GraphSearch search;

  private final SpanningTree tree;
  private final Supplier<Insertion> insertions;

  /// Shared by insertions, which run side by side; held alone by removals and checks.
  private final ReentrantReadWriteLock changes = new ReentrantReadWriteLock();

  @GuardedBy("changes")
  private final Removal removal;

  /// Insertions that are not running; as many as ran at once.
  private final ConcurrentLinkedQueue<Insertion> idle = new ConcurrentLinkedQueue<>();

  /// An empty graph over these vectors.
  public HnswGraph(Vectors vectors, Metric metric, HnswParameters parameters) {
    Space exact = new Space(vectors, metric);
    int maxLinks = parameters.maxLinks(0);
    TraversalSpace walked;
    if (parameters.traversal() == Traversal.CODES && VectorCode.serves(metric)) {
      VectorCode code = new VectorCode(metric, vectors.dimension());
      blocks = new NodeBlocks(maxLinks, code.bytes(), VectorCode.OVERREAD_BYTES);
      walked = new CodeSpace(exact, blocks, code);
    } else {
      blocks = new NodeBlocks(maxLinks, 0, 0);
      walked = new VectorSpace(exact, blocks);
    }
    this.parameters = parameters;
    this.space = walked;
    this.topology = new Topology(blocks);
    this.tree = new SpanningTree(blocks, topology.base(), parameters.m());
    this.search = new GraphSearch(topology, exact, space, maxLinks);
    this.insertions = () -> new Insertion(topology, tree, space, parameters, search);
    this.removal = new Removal(topology, tree, space, parameters);
  }

  /// Checks what must hold of the graph that an image is of, as it was written; needs no vectors.
  ///
  /// @throws GraphImageFault where it is no image of a graph with these parameters
  public static GraphReport check(MemorySegment image, HnswParameters parameters)
      throws GraphImageFault {
    NodeBlocks links = new NodeBlocks(parameters.maxLinks(0), 0, 0);
    Topology topology = new Topology(links);
    SpanningTree tree = new SpanningTree(links, topology.base(), parameters.m());
    GraphWork alone = (from, to, action) -> IntStream.range(from, to).forEach(action);
    try {
      List<String> faults =
          new GraphImageReader(new GraphImage(image, parameters), topology, tree, alone)
              .readLinks();
      return new GraphChecker(topology, tree, parameters).check().after(faults);
    } finally {
      Reference.reachabilityFence(links);
    }
  }

  /// The graph that an image is of, as far as its slots are accepted and have the vectors that they
  /// had; what is missing can be inserted.
  ///
  /// @param image what [#save] wrote
  /// @param work who shares the work
  /// @throws GraphImageFault where it is no image of a graph with these parameters, or too much has
  ///   changed since
  public static HnswGraph load(
      Vectors vectors,
      Metric metric,
      HnswParameters parameters,
      MemorySegment image,
      SlotPredicate accept,
      GraphWork work)
      throws GraphImageFault {
    HnswGraph graph = new HnswGraph(vectors, metric, parameters);
    try {
      Links links = new Links(graph.topology, graph.tree, graph.space, parameters);
      new GraphImageReader(new GraphImage(image, parameters), graph.topology, graph.tree, work)
          .read(accept, graph.space, links);
      return graph;
    } finally {
      Reference.reachabilityFence(graph);
    }
  }

  /// Writes the graph down, holding changes off meanwhile; searches go on. Takes about as long as
  /// inserting one node for each thousand that there are.
  public void save(GraphSink sink) throws IOException {
    changes.writeLock().lock();
    try {
      new GraphImageWriter(topology, tree, space, parameters, sink).write();
    } finally {
      changes.writeLock().unlock();
      Reference.reachabilityFence(this);
    }
  }

  /// Inserts a slot, whose vector is in place. A slot that was removed may come back. Several
  /// threads may insert at once, each its own slots.
  ///
  /// @throws IllegalArgumentException where the graph has it already, or the slot is negative
  public void insert(int slot) {
    if (slot < 0) {
      throw new IllegalArgumentException("slot " + slot + " is negative");
    }
    if (!topology.knowsIncoming()) {
      learnIncoming();
    }
    changes.readLock().lock();
    try {
      if (contains(slot)) {
        throw new IllegalArgumentException("slot " + slot + " cannot be inserted: it is there");
      }
      @Nullable Insertion free = idle.poll();
      Insertion insertion = free != null ? free : insertions.get();
      insertion.insert(slot);
      idle.add(insertion);
    } finally {
      changes.readLock().unlock();
      Reference.reachabilityFence(this);
    }
  }

  /// After a graph was read, the first change finds out who links to whom: searches do without.
  private void learnIncoming() {
    changes.writeLock().lock();
    try {
      topology.learnIncoming();
    } finally {
      changes.writeLock().unlock();
      Reference.reachabilityFence(this);
    }
  }

  /// Removes a slot and closes the gap among those around it.
  ///
  /// @throws IllegalArgumentException where the graph does not have it
  public void remove(int slot) {
    changes.writeLock().lock();
    try {
      if (!contains(slot)) {
        throw new IllegalArgumentException("slot " + slot + " cannot be removed: it is not there");
      }
      topology.learnIncoming();
      removal.remove(slot);
    } finally {
      changes.writeLock().unlock();
      Reference.reachabilityFence(this);
    }
  }

  /// Whether the graph has `slot`.
  public boolean contains(int slot) {
    try {
      return topology.base().contains(slot);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public int size() {
    return topology.base().size();
  }

  /// Slots that the graph has memory for; it never has less than it had.
  public int slots() {
    return topology.base().slots();
  }

  /// Memory that a search walks through, in bytes a slot: links on layer 0 and code.
  public int bytesPerNode() {
    return blocks.blockBytes();
  }

  /// The same as the other, but that it does not give up.
  public int search(
      MemorySegment query,
      long queryOffset,
      int k,
      int ef,
      SlotPredicate accept,
      SearchScratch scratch) {
    return search(query, queryOffset, k, ef, accept, Long.MAX_VALUE, scratch);
  }

  @Override
  public int search(
      MemorySegment query,
      long queryOffset,
      int k,
      int ef,
      SlotPredicate accept,
      long most,
      SearchScratch scratch) {
    try {
      search.search(query, queryOffset, k, Math.max(k, ef), accept, most, scratch);
      return scratch.size();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /// Checks everything that must hold of the graph, holding changes off meanwhile; takes time
  /// proportional to the links.
  public GraphReport check() {
    changes.writeLock().lock();
    try {
      topology.learnIncoming();
      return new GraphChecker(topology, tree, parameters).check();
    } finally {
      changes.writeLock().unlock();
      Reference.reachabilityFence(this);
    }
  }
}
