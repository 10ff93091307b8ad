/// Distances between vectors: the metrics, and for each a kernel on the machine's vector unit with
/// its scalar twin; and codes of 7 bits a value ([VectorCode]), whose distances are nearly those of
/// the vectors for a fraction of the memory traffic.
///
/// A *metric* is what a user chooses; its *comparable distance* is what kernels compute and indexes
/// order by; its *reported distance* is what users see. This package alone uses
/// `jdk.incubator.vector`, so that a change of that module stays here. Kernels are stateless and
/// take no locks.
package org.vexfs.daemon.distance;
