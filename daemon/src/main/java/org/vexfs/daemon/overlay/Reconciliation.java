package org.vexfs.daemon.overlay;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Fingerprint;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.store.Whereabouts;

/// Brings what the store believes about names in line with what SOURCE shows: names may change
/// behind the mount, and between a change of the host and its record the daemon may end.
///
/// What is looked up says where its vectors belong, by its fingerprint. Nothing here changes the
/// store of a mount that takes no changes.
final class Reconciliation {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

  /// Files of a directory that are looked at to see whether it is there.
  private static final int MAX_WITNESSES = 1_000;

  private final Inode root;
  private final Namespace namespace;
  private final VectorAttributes vectors;
  private volatile BooleanSupplier readOnly = () -> false;

  Reconciliation(Inode root, Namespace namespace, VectorAttributes vectors) {
    this.root = root;
    this.namespace = namespace;
    this.vectors = vectors;
  }

  /// Where the vectors of a file hang: under one of its names, or, where none is known any more,
  /// where they wait for one.
  ///
  /// @throws ErrnoException with `ENOENT` where there is neither
  TreePath vectorPathOf(Host host, Inode inode) throws ErrnoException, VectorFailure {
    arrived(host, inode);
    try {
      return namespace.pathOf(host, inode);
    } catch (ErrnoException e) {
      Optional<TreePath> place = placeOfWaiting(host, inode);
      return place.orElseThrow(() -> e);
    }
  }

  private Optional<TreePath> placeOfWaiting(Host host, Inode inode) throws ErrnoException {
    Optional<Whereabouts> known = vectors.whereabouts();
    return known.isPresent() ? known.get().waitingPlace(inode.fingerprint(host)) : Optional.empty();
  }

  /// A file was looked up: if the store knows it, but not by this name, it learns the name. Takes
  /// the lock of names only then.
  void arrived(Host host, Inode inode) {
    Optional<Whereabouts> known = vectors.whereabouts();
    if (known.isEmpty() || vectors.hasNone()) {
      return;
    }
    try {
      long fingerprint = inode.fingerprint(host);
      if (Fingerprint.isLasting(fingerprint)
          && known.get().isKnown(fingerprint)
          && known.get().isKnownElsewhere(namespace.pathOf(host, inode), fingerprint)
          && !isReadOnly()) {
        namespace.attaching(() -> vectors.met(namespace.pathOf(host, inode), fingerprint));
      }
    } catch (ErrnoException | VectorFailure e) {
      LOG.debug("The store has not learnt a name of node {}: {}", inode.id, e.toString());
    }
  }

  /// As [#arrived], for what is found by its path.
  void met(Host host, TreePath path) throws ErrnoException, VectorFailure {
    Optional<Whereabouts> known = vectors.whereabouts();
    if (known.isEmpty() || vectors.hasNone()) {
      return;
    }
    long fingerprint = fingerprintAt(host, path);
    if (Fingerprint.isLasting(fingerprint)
        && known.get().isKnownElsewhere(path, fingerprint)
        && !isReadOnly()) {
      namespace.attaching(() -> vectors.met(path, fingerprintAt(host, path)));
    }
  }

  /// The fingerprint of what lies at `path`.
  long fingerprintAt(Host host, TreePath path) throws ErrnoException {
    return host.statx().fingerprint(root.descriptor, path.bytes());
  }

  /// Something new is about to be made at `name`, if nothing is there: whatever the store believes
  /// to be there is elsewhere, or gone; but for what it believes to be in a directory that is made
  /// anew. The store learns that before, so that what is new shows no vectors of something else
  /// wherever the daemon ends. Takes the lock of names only if the store believes anything.
  void creating(Host host, Inode directory, String name, boolean isDirectory) {
    if (vectors.hasNone()) {
      return;
    }
    try {
      TreePath path = namespace.pathOf(host, directory).child(name);
      if (vectors.bearsVectors(path) && !(isDirectory && !vectors.isFileKnown(path))) {
        namespace.attaching(() -> {
          if (isAbsent(host, path)) {
            vectors.vacated(path);
          }
        });
      }
    } catch (ErrnoException | VectorFailure e) {
      LOG.warn("What is made as {} may show vectors of what was there: {}", name, e.toString());
    }
  }

  /// The directory that is shown.
  int source() {
    return root.descriptor;
  }

  /// Lets `question` say whether the mount takes no changes now; without it, it does.
  void onlyReadsWhile(BooleanSupplier question) {
    readOnly = question;
  }

  /// Whether the mount takes no changes now, so that the store may not be changed either.
  boolean isReadOnly() {
    return readOnly.getAsBoolean();
  }

  /// Whether a path leads nowhere.
  ///
  /// @throws ErrnoException where that cannot be told
  boolean isAbsent(Host host, TreePath path) throws ErrnoException {
    try {
      host.fstatat(root.descriptor, path.bytes(), host.scratchStat());
      return false;
    } catch (ErrnoException e) {
      if (VanishedFiles.isAbsence(e)) {
        return true;
      }
      throw e;
    }
  }

  /// The fingerprint of the file that the store has at `path`, where it has one.
  Optional<Long> fingerprintKnownAt(TreePath path) {
    return vectors.whereabouts().map(known -> known.inodeAt(path)).filter(known -> known != 0);
  }

  /// Whether another file is still where the store has it, in the same directory as `path`: then
  /// the directory is the one that it was.
  boolean hasWitness(Host host, TreePath path) {
    List<Whereabouts.Known> neighbours =
        vectors
            .whereabouts()
            .map(known -> known.filesIn(path.parent(), MAX_WITNESSES))
            .orElse(List.of());
    for (Whereabouts.Known neighbour : neighbours) {
      try {
        if (fingerprintAt(host, neighbour.path()) == neighbour.inode()) {
          return true;
        }
      } catch (ErrnoException _) {
        // It has not stayed either.
      }
    }
    return false;
  }

  /// Takes the vectors of a file that is gone out of the store, unless it is there again.
  void vanished(Host host, TreePath path) throws ErrnoException, VectorFailure {
    namespace.attaching(() -> {
      if (isAbsent(host, path)) {
        vectors.unlinked(path);
      }
    });
  }

  /// Whether the store has a file at `name` in a directory, as far as it is up.
  boolean isRemembered(Host host, Inode directory, String name) throws ErrnoException {
    return !vectors.hasNone() && vectors.isFileKnown(namespace.pathOf(host, directory).child(name));
  }
}
