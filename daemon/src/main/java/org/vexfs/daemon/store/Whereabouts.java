package org.vexfs.daemon.store;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;

/// Where the files are that changed their names behind the mount, or whose names changed while the
/// daemon ended: what the host shows is compared with what the store believes, and the store comes
/// to believe what is certain.
///
/// Only files with a lasting fingerprint are found again; see [Resolution]. Those whose names were
/// taken by others, or lost while the file lived on, wait below a directory of the catalogue that
/// no file can be in.
public final class Whereabouts {
  private final VectorStore store;
  private final Catalogue catalogue;

  /// A file as the store knows it.
  ///
  /// @param path one of its paths
  /// @param inode its fingerprint; 0 where it is not known
  public record Known(TreePath path, long inode) {}

  Whereabouts(VectorStore store, Catalogue catalogue) {
    this.store = store;
    this.catalogue = catalogue;
  }

  /// Whether a path is one at which files wait to be met again.
  public static boolean isWaitingPlace(TreePath path) {
    return path.isWithin(ChangePlan.DETACHED);
  }

  /// Whether the store knows the file of this fingerprint, but not at `path`. Asks the host
  /// nothing.
  public boolean isKnownElsewhere(TreePath path, long inode) {
    return store.reading(() -> {
      Optional<FileNode> bound = catalogue.findInode(inode);
      return bound.isPresent() && !catalogue.findFile(path).equals(bound);
    });
  }

  /// Whether the store knows the file of this fingerprint.
  public boolean isKnown(long inode) {
    return store.reading(() -> catalogue.findInode(inode).isPresent());
  }

  /// Where the file of this fingerprint waits, if it does.
  public Optional<TreePath> waitingPlace(long inode) {
    return store.reading(() ->
        catalogue.findInode(inode).map(catalogue::paths).orElse(List.of()).stream()
            .filter(Whereabouts::isWaitingPlace)
            .findFirst());
  }

  /// The file was met at `path`: it is known there from now on, and no more where it has gone from.
  public void met(TreePath path, long inode) throws VectorFailure {
    store.changing(plan -> {
      Resolution resolution = store.resolve(path, inode);
      if (resolution.file().isPresent() && resolution.missingName()) {
        plan.settle(path, inode, resolution);
      }
    });
  }

  /// Nothing is at `path`, where something new is about to be: what the store believed to be there
  /// is elsewhere, or gone.
  public void vacated(TreePath path) throws VectorFailure {
    store.changing(plan -> plan.displace(path));
  }

  /// Up to `limit` of the files that the store knows in a directory.
  public List<Known> filesIn(TreePath directory, int limit) {
    return store.reading(() ->
        catalogue.findDirectory(directory).stream()
            .flatMap(node -> catalogue.in(node).flatMap(child -> known(directory, node, child)))
            .limit(limit)
            .toList());
  }

  private static Stream<Known> known(TreePath path, DirectoryNode directory, Node child) {
    return child instanceof FileNode file
        ? file.names().stream()
            .filter(name -> name.parent().equals(directory))
            .map(name -> new Known(path.child(name.text()), file.inode()))
        : Stream.of();
  }

  /// The fingerprint of the file that the store knows at `path`; 0 where there is none.
  public long inodeAt(TreePath path) {
    return store.reading(() -> catalogue.findFile(path).map(FileNode::inode).orElse(0L));
  }
}
