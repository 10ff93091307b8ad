/// The virtual tree under `.vexfs`, which every directory has and none lists.
///
/// A *virtual node* is a file or directory of it, a value that says what it shows: two nodes that
/// show the same are equal, and the kernel knows them by one number. Nothing is kept for a node but
/// the count of the kernel's references; what it shows is made when it is opened or listed. An open
/// file is a *virtual handle*, which holds what its reads see; state belongs to it alone.
///
/// Nodes that stand for real files and directories (under `near` and `vectors`) show their owner,
/// group and permission bits, so the kernel checks access to them as it does to the originals.
package org.vexfs.daemon.control;
