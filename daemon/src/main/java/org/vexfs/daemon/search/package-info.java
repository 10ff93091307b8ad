/// What is asked, how, and how it is answered.
///
/// A **query** arrives as bytes, in one write or in several: a JSON object, or a vector in any of
/// its forms (see `store.VectorValues`). [org.vexfs.daemon.search.QueryInput] collects the bytes of
/// one open handle and says when they are whole; [org.vexfs.daemon.search.QueryParser] makes them a
/// [org.vexfs.daemon.search.Query], whose *target* is what to be near to: vectors, a file that has
/// some, or words. A target of several vectors is a *batch*: each is searched for by itself.
///
/// A **hit** is one row of one file's vectors, with its rank within its query, its *distance* as
/// the metric has it, and its *score* ([org.vexfs.daemon.search.ResultScorer]), which maps
/// distances onto 0 … 1 with 1 the nearest. [org.vexfs.daemon.search.ResultWriter] writes hits as
/// JSON lines for programs, [org.vexfs.daemon.search.ResultTable] as a table for people and `cat`.
///
/// A **filter** ([org.vexfs.daemon.search.Filter]) says what files have to be besides: conditions
/// on their paths, on what `stat` tells of them, on their attributes. What the host knows comes
/// from [org.vexfs.daemon.search.FactSource]. Several queries in one are searched for one after the
/// other, and their rankings made one ([org.vexfs.daemon.search.RankFusion]).
///
/// **Words** become vectors by [org.vexfs.daemon.search.HashingEmbedder]: lexical, without a model;
/// [org.vexfs.daemon.search.TextSniffer] tells which files are text.
///
/// **Answers** come from [org.vexfs.daemon.search.KnnSearchEngine], which has one search for each
/// question of a query look for the nearest files of its scope. Behind the store,
/// [org.vexfs.daemon.search.CollectionIndexes] keeps a graph for each collection; what is not in it
/// yet is compared one by one. Answers are kept for the same questions
/// ([org.vexfs.daemon.search.ResultCache]).
///
/// **Choosing a way.** A search is for the nearest of those rows that match: that live, below the
/// directory, of files that a filter lets through ([org.vexfs.daemon.search.MatchingSlots]).
/// [org.vexfs.daemon.search.CandidateRows] finds them by the graph or by comparing each, whichever
/// [org.vexfs.daemon.search.SearchCosts] expects to cost less. Which rows lie below a directory is
/// kept as a set of slots ([org.vexfs.daemon.search.ScopeSlots]) and kept up with every change.
///
/// **Threads and locks.** Everything here is immutable or confined to one thread, except the engine
/// and what hangs on a collection's index, which any thread may use. The locks:
///
/// - that of a collection's index orders the work of the thread that indexes; it is taken after the
///   store's writer lock, and no search takes it
/// - that of a set of slots being filled is held while the store's `naming` lock is taken for
///   reading; only searches of the same directory wait for it, no writer does
/// - that of the answers kept is held for a look-up, and nothing else is done meanwhile
/// - that of a set's own changes ([org.vexfs.daemon.index.SlotSet]) is the last
///
/// Work that is much is shared with the threads of [org.vexfs.daemon.search.CoreThreads], under the
/// pin of the thread that asked, which waits for them.
package org.vexfs.daemon.search;
