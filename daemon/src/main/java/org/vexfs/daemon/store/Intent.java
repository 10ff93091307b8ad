package org.vexfs.daemon.store;

import java.util.Arrays;
import java.util.Optional;
import org.vexfs.daemon.base.TreePath;

/// A change of names that the host is about to make, with all that is needed to tell later whether
/// it did, and what that means for vectors.
///
/// The host changes its names first and the log is told after it. Where the daemon ends between the
/// two, what SOURCE shows does not say who changed it: a file that replaced another through the
/// mount has no vectors, one that did so behind it has those of its name. So the log is told before
/// as well, and recovery looks which of the two it was.
///
/// @param path what is renamed, exchanged or removed; a name of the file that gets another, the
///   root where none is known
/// @param inode the fingerprint of what is there
/// @param other the new name, or the other of two that are exchanged; the root where there is none
/// @param otherInode the fingerprint of what is there before, 0 where nothing is; of a removal,
///   that of the directory
/// @param fate what becomes of the file that loses its name: the one at `other` of a rename, the
///   one at `path` of a removal
public record Intent(
    Kind kind, TreePath path, long inode, TreePath other, long otherInode, Fate fate) {
  /// What the host is to do.
  public enum Kind {
    /// `path` becomes `other`, in place of what is there.
    RENAME(0),
    /// The two change places.
    EXCHANGE(1),
    /// The file at `path` gets the name `other` as well.
    LINK(2),
    /// `path` goes.
    UNLINK(3);

    /// What the log calls it.
    final int code;

    Kind(int code) {
      this.code = code;
    }

    static Optional<Kind> of(int code) {
      return Arrays.stream(values()).filter(kind -> kind.code == code).findFirst();
    }
  }

  /// What becomes of what loses its name.
  public enum Fate {
    /// There is no such thing.
    NONE(0),
    /// It was an empty directory.
    DIRECTORY(1),
    /// It was the file's last name.
    GONE(2),
    /// The file has other names.
    LIVES_ON(3);

    /// What the log calls it.
    final int code;

    Fate(int code) {
      this.code = code;
    }

    static Optional<Fate> of(int code) {
      return Arrays.stream(values()).filter(fate -> fate.code == code).findFirst();
    }
  }

  /// Moves, over what `fate` says about.
  public static Intent rename(
      TreePath from, long inode, TreePath to, long replacedInode, Fate fate) {
    return new Intent(Kind.RENAME, from, inode, to, replacedInode, fate);
  }

  /// Lets two names change places.
  public static Intent exchange(TreePath path, long inode, TreePath other, long otherInode) {
    return new Intent(Kind.EXCHANGE, path, inode, other, otherInode, Fate.NONE);
  }

  /// Gives the file at `existing` a further name.
  public static Intent link(TreePath existing, long inode, TreePath added) {
    return new Intent(Kind.LINK, existing, inode, added, 0, Fate.NONE);
  }

  /// Removes a name from the directory with this fingerprint.
  public static Intent unlink(TreePath path, long inode, long directory, Fate fate) {
    return new Intent(Kind.UNLINK, path, inode, TreePath.ROOT, directory, fate);
  }

  /// Whether neither name lies within the other. Of names that do, the host makes none the other,
  /// unless they mean something else by then.
  public boolean isApart() {
    return path.isRoot() || other.isRoot() || !(path.isWithin(other) || other.isWithin(path));
  }

  /// Whether the host did it, as far as SOURCE was not changed behind the mount since. What cannot
  /// be told has not.
  boolean hasHappened(HostProbe probe) {
    if (inode == 0) {
      return false;
    }
    return switch (kind) {
      case RENAME, LINK -> probe.inodeAt(other) == inode;
      case EXCHANGE -> probe.inodeAt(path) == otherInode && probe.inodeAt(other) == inode;
      // Without the directory, the disk that it is on may not be mounted at the moment.
      case UNLINK -> probe.inodeAt(path) != inode && probe.inodeAt(path.parent()) == otherInode;
    };
  }
}
