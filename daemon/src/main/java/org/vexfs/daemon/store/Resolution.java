package org.vexfs.daemon.store;

import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Fingerprint;

/// Which file of the catalogue a file of the host is, known by a path and a [Fingerprint], which
/// the catalogue calls its inode.
///
/// Usually both lead to the same node, or to none. Where they do not, SOURCE changed behind the
/// mount, the daemon ended between a change of the host and its record, or a hard link is met for
/// the first time:
///
/// - The inode is another known file's, and lasting, or another name of that file still leads to
///   it: the path is a name of that file. With a lasting one, names that do not lead to it any more
///   are where it was moved from.
/// - The inode was another file's, is not lasting, and none of its names leads there any more: the
///   number was used again, and that file is gone.
/// - The path's file has another inode than before: it was replaced or restored, and keeps its
///   vectors; unless the old inode lives on under another name, to which the vectors belong then.
///
/// @param file the file, where it is known
/// @param missingName whether the path is yet to become one of its names
/// @param left names that the file had before it was moved
/// @param stale files that are gone
/// @param lostName whether what is known at the path does not belong there any more
record Resolution(
    Optional<FileNode> file,
    boolean missingName,
    List<Name> left,
    List<FileNode> stale,
    boolean lostName) {

  /// Finds out; asks the probe only where path and inode disagree.
  static Resolution of(Catalogue catalogue, HostProbe probe, TreePath path, long inode) {
    Optional<FileNode> known = catalogue.findFile(path);
    Optional<FileNode> bound = catalogue.findInode(inode).filter(node -> isOther(node, known));
    if (known.isPresent() && (inode == 0 || known.get().inode() == inode)) {
      return new Resolution(known, false, List.of(), List.of(), false);
    }
    if (bound.isPresent() && Fingerprint.isLasting(inode)) {
      List<Name> left =
          bound.get().names().stream()
              .filter(name -> !leadsTo(catalogue, probe, name, path, inode))
              .toList();
      return new Resolution(bound, true, left, List.of(), known.isPresent());
    }
    if (bound.isPresent() && isReached(catalogue, probe, bound.get(), path, inode)) {
      return new Resolution(bound, true, List.of(), List.of(), known.isPresent());
    }
    boolean split =
        known.isPresent()
            && known.get().inode() != 0
            && isReached(catalogue, probe, known.get(), path, known.get().inode());
    return new Resolution(
        split ? Optional.empty() : known, false, List.of(), bound.stream().toList(), split);
  }

  private static boolean isOther(FileNode node, Optional<FileNode> known) {
    return known.isEmpty() || !known.get().equals(node);
  }

  private static boolean isReached(
      Catalogue catalogue, HostProbe probe, FileNode file, TreePath path, long inode) {
    return file.names().stream().anyMatch(name -> leadsTo(catalogue, probe, name, path, inode));
  }

  /// Whether a name still leads to the inode: one that can be there beside `path`.
  private static boolean leadsTo(
      Catalogue catalogue, HostProbe probe, Name name, TreePath path, long inode) {
    return catalogue
        .path(name)
        .filter(known -> !known.isWithin(path) && !path.isWithin(known))
        .filter(known -> probe.inodeAt(known) == inode)
        .isPresent();
  }
}
