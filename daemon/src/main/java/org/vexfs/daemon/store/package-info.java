/// The vectors of the files, on disk and in memory.
///
/// **Terms.** The *log* is the only home of vectors: append-only *segments* of *records*, whose
/// bytes `daemon/docs/FORMAT.md` gives. A *change* is one or more records that count together or
/// not at all. The *catalogue* is the tree of the paths that bear vectors; its *nodes* have ids
/// that renaming does not change. An *entry* is what one file has in one *collection*: a matrix
/// whose rows are *slots* of the collection. Vectors are read in place, from the mapped segments.
///
/// **The one way things happen.** A call of [org.vexfs.daemon.store.VectorStore] plans its records
/// from the contents as they are, appends them to the log, and applies them. Opening a store reads
/// the records and applies them by the same code, so what a reader saw before a crash and what one
/// sees after it cannot differ. [org.vexfs.daemon.store.UnrecoveredStore] is a store whose log was
/// not read yet; only recovery makes a usable one of it.
///
/// **Upkeep.** A *checkpoint* is what the log adds up to, so that recovery replays only what came
/// after it, and where files *rest* until they are changed ([org.vexfs.daemon.store.FilesAtRest]);
/// *compaction* copies what is live in a mostly dead segment to the end of the log, and removes the
/// segment. [org.vexfs.daemon.store.Upkeep] does both beside changes and searches.
///
/// **Memory.** A segment owns its mappings, which end when the store is closed or the segment was
/// compacted. Whoever reads vectors borrows them with a [org.vexfs.daemon.store.VectorStore.Pin];
/// while one is open no entry moves, no mapping ends, and no slot is given to another. An entry
/// that died keeps its slots, and its vectors stay readable, until the listeners of its collection
/// have let go of them. The checkpoint that the store was opened with stays mapped until it is
/// closed.
///
/// **Threads.** Locks, in the order in which they are taken:
///
/// 1. `Upkeep.running`: one checkpoint or compaction at a time. Held for as long as that takes.
/// 2. `VectorStore.moving`, a read-write lock: read by pins, written while compaction moves entries
///    and ends a mapping, which is a few steps in memory.
/// 3. `GuardedContents.writing`: one change at a time. Held while the log is written (the page
///    cache takes it; a full cache makes the writer wait) and while listeners hear of the change.
/// 4. `GuardedContents.naming`, a read-write lock: written while a change is applied in memory,
///    read to look up paths. Never held while the disk is touched.
/// 5. `VectorLog.syncing`: one flush at a time. Those who wait for it share the next flush. Taken
///    alone, or after `writing` to start a segment.
///
/// Searches hold a pin and take none of the others: slot tables, the liveness of entries and the
/// parent pointers of the tree are published through volatile fields.
///
/// **Errors.** A full disk refuses the change and leaves everything as it was. Any other I/O error
/// latches the store: it refuses changes from then on, says why, and goes on answering.
package org.vexfs.daemon.store;
