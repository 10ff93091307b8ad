package org.vexfs.daemon.store;

/// One place where a node hangs in the tree.
///
/// @param parent the directory
/// @param text the name in it, one char a byte
record Name(DirectoryNode parent, String text) {}
