/// Nearest neighbours of a vector among those of a collection: an approximate index ([HnswGraph])
/// and the exact scan ([ExactScan]). Start reading at [HnswGraph].
///
/// **Terms.** A *slot* is the number of a vector in [Vectors]. A *node* is a slot that is in the
/// graph. Layer 0 has all nodes, each layer above it fewer; the *entry* is a node of the topmost. A
/// *link* leads from a node to another on the same layer. *ef* is how many of the nearest a search
/// keeps while it runs; *recall* is the share of the true nearest that it finds.
///
/// **Who does what.** [Topology] is the graph itself, a [Layer] per level. [GraphSearch] reads it,
/// on any thread, in the memory of a [SearchScratch]. [GraphWriter] changes it, one thread at a
/// time, with [NeighbourSelection] to choose links and [SpanningTree] to keep all of it reachable.
/// [GraphChecker] says whether it is sound.
///
/// **Locks.** There is one, the graph's, around each change and check; nothing is called under it
/// but [Vectors], which must not call back into the graph. Searches take none.
package org.vexfs.daemon.index;
