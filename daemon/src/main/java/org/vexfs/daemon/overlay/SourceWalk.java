package org.vexfs.daemon.overlay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;

/// Looks through all of SOURCE for files that are known by their fingerprints only.
///
/// A directory at a time and without recursion, since nothing bounds how deep directories nest.
/// Costs some microseconds a file; whoever calls sees to it that it is not done too often.
public final class SourceWalk {
  private SourceWalk() {}

  /// What a walk came to.
  ///
  /// @param paths where the files lie that were found
  /// @param isComplete whether all that there is was looked at: otherwise, that a file was not
  ///   found says nothing
  public record Found(Map<Long, TreePath> paths, boolean isComplete) {}

  /// Looks for the files with these fingerprints below the directory behind a descriptor, until all
  /// are found, or `isEnough` says so.
  public static Found find(Host host, int source, Set<Long> wanted, BooleanSupplier isEnough) {
    Map<Long, TreePath> found = new HashMap<>();
    Set<Long> missing = new HashSet<>(wanted);
    Deque<TreePath> directories = new ArrayDeque<>();
    directories.push(TreePath.ROOT);
    boolean isComplete = true;
    while (!directories.isEmpty() && !missing.isEmpty()) {
      if (isEnough.getAsBoolean()) {
        return new Found(found, false);
      }
      TreePath directory = directories.pop();
      try {
        visit(host, source, directory, missing, found, directories);
      } catch (ErrnoException e) {
        isComplete &= VanishedFiles.isAbsence(e);
      }
    }
    return new Found(found, isComplete);
  }

  private static void visit(
      Host host,
      int source,
      TreePath directory,
      Set<Long> missing,
      Map<Long, TreePath> found,
      Deque<TreePath> directories)
      throws ErrnoException {
    String below = directory.isRoot() ? "." : directory.bytes();
    int flags = Libc.O_RDONLY() | Libc.O_DIRECTORY() | Libc.O_NOFOLLOW();
    int descriptor = host.openat(source, below, flags, 0);
    try {
      for (String name : OpenDirectory.names(host, descriptor)) {
        long fingerprint;
        try {
          fingerprint = host.statx().fingerprint(descriptor, name);
        } catch (ErrnoException e) {
          if (VanishedFiles.isAbsence(e)) {
            continue;
          }
          throw e;
        }
        if (host.statx().lastType() == Libc.__S_IFDIR()) {
          directories.push(directory.child(name));
        } else if (missing.remove(fingerprint)) {
          found.put(fingerprint, directory.child(name));
        }
      }
    } finally {
      host.closeDescriptor(descriptor);
    }
  }
}
