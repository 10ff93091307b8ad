/// Benchmarks, run on demand by the scripts in `daemon/bench` and never by a build.
/// `daemon/docs/BENCHMARKS.md` has their figures.
@org.jspecify.annotations.NullMarked
package org.vexfs.daemon.bench;
