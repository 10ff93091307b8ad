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
/// **Words** become vectors by [org.vexfs.daemon.search.HashingEmbedder]: lexical, without a model;
/// [org.vexfs.daemon.search.TextSniffer] tells which files are text.
///
/// **Answers** come from [org.vexfs.daemon.search.KnnSearchEngine], which has one search for each
/// question of a query look for the nearest files of its scope. Behind the store,
/// [org.vexfs.daemon.search.CollectionIndexes] keeps a graph for each collection; what is not in it
/// yet is compared one by one.
///
/// Everything here is immutable or confined to one thread, except the engine and the indexes, which
/// any thread may use. The only lock is that of a collection's index: it orders the work of the
/// thread that indexes, is taken after the store's writer lock, and no search takes it.
package org.vexfs.daemon.search;
