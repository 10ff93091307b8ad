package org.vexfs.daemon.store;

import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.TreePath;

/// Which file of the catalogue a file of the host is, known by a path and an inode number.
///
/// Usually both lead to the same node, or to none. Where they do not, SOURCE changed behind the
/// mount, or a hard link is met for the first time. Inode numbers are used again once their file is
/// gone, so one counts only while another name of its node still leads to it:
///
/// - The inode is proven to be another known file: the path is a further name of that file.
/// - The inode was another file's, but none of its names leads there any more: that file is gone.
/// - The path's file has another inode than before: it was replaced or restored, and keeps its
///   vectors; unless the old inode lives on under another name, to which the vectors belong then.
///
/// @param file the file, where it is known
/// @param missingName whether the path is yet to become one of its names
/// @param stale files that are gone
/// @param lostName whether what is known at the path does not belong there any more
record Resolution(
    Optional<FileNode> file, boolean missingName, List<FileNode> stale, boolean lostName) {

  /// Finds out; asks the probe only where path and inode disagree.
  static Resolution of(Catalogue catalogue, HostProbe probe, TreePath path, long inode) {
    Optional<FileNode> known = catalogue.findFile(path);
    Optional<FileNode> bound = catalogue.findInode(inode).filter(node -> isOther(node, known));
    if (known.isPresent() && (inode == 0 || known.get().inode() == inode)) {
      return new Resolution(known, false, List.of(), false);
    }
    if (bound.isPresent() && leadsTo(catalogue, probe, bound.get(), path, inode)) {
      return new Resolution(bound, true, List.of(), known.isPresent());
    }
    boolean split =
        known.isPresent()
            && known.get().inode() != 0
            && leadsTo(catalogue, probe, known.get(), path, known.get().inode());
    return new Resolution(split ? Optional.empty() : known, false, bound.stream().toList(), split);
  }

  private static boolean isOther(FileNode node, Optional<FileNode> known) {
    return known.isEmpty() || !known.get().equals(node);
  }

  /// Whether a name of the file still leads to the inode: one that can be there beside `path`.
  private static boolean leadsTo(
      Catalogue catalogue, HostProbe probe, FileNode file, TreePath path, long inode) {
    return catalogue.paths(file).stream()
        .filter(name -> !name.isWithin(path) && !path.isWithin(name))
        .anyMatch(name -> probe.inodeAt(name) == inode);
  }
}
