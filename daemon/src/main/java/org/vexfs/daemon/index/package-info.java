/// Nearest neighbours of a vector among those of a collection: an approximate index ([HnswGraph])
/// and exact scans, of one vector after the other ([ExactScan]) or in blocks for several queries
/// ([BlockScan]). Start reading at [HnswGraph].
///
/// **Terms.** A *slot* is the number of a vector in [Vectors]. A *node* is a slot that is in the
/// graph. Layer 0 has all nodes, each layer above it fewer; the *entry* is a node of the topmost. A
/// *link* leads from a node to another on the same layer. *ef* is how many of the nearest a search
/// keeps while it runs; *recall* is the share of the true nearest that it finds. A *code* is a
/// vector in 7 bits a value, by which a graph is walked ([Traversal]).
///
/// **Who does what.** [Topology] is the graph itself, a [Layer] per level: layer 0 in [NodeBlocks],
/// dense and outside the heap, with the codes; the few nodes above it on the heap. [GraphSearch]
/// reads it, on any thread, by the distances of a [TraversalSpace], in the memory of a
/// [SearchScratch], and ranks what it found by those of a [Space]. [Insertion] and [Removal] change
/// it, with [NeighbourSelection] to choose links and [SpanningTree] to keep all of it reachable.
/// [GraphChecker] says whether it is sound. [GraphImageWriter] writes it down, [GraphImageReader]
/// makes it anew of that.
///
/// **Locks**, in this order:
///
/// 1. the graph's, which insertions share, and a removal or a check has alone;
/// 2. that of the [Topology], for an insertion that rises above the entry;
/// 3. one of a layer's [Layer#lock], for changing the links of a node, never two at once;
/// 4. one of [IncomingLinks]' own, and those by which pages are added.
///
/// Nothing foreign is called under them but [Vectors], which must not call back into the graph.
/// Searches take none.
package org.vexfs.daemon.index;
