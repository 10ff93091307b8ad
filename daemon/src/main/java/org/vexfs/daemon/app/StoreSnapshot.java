package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.control.SavedQueries;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.store.HostProbe;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorStore;

/// A copy of a store that is in use.
///
/// Nothing has to be told to the daemon: segments but the last, checkpoints and saved queries never
/// change once they are there, so they are linked; the last is copied up to wherever it has come.
/// Since the log only grows, that is the store as it was at some moment after the copying began,
/// with perhaps a change cut off at the end, which opening the copy takes away as after a crash.
/// Where compaction removed a file between listing and linking, it is begun anew.
final class StoreSnapshot {
  private static final int MAX_ATTEMPTS = 10;
  private static final String SEGMENT_SUFFIX = ".vexlog";
  private static final String CHECKPOINT_SUFFIX = ".vexcheck";

  /// Tells nothing about files: the copy has none.
  private static final HostProbe NO_FILES = (TreePath _) -> 0;

  private StoreSnapshot() {}

  /// Copies the store in `from`, in use or not, into the empty or new directory `to`, and makes the
  /// copy clean.
  ///
  /// @throws CommandException where there is something in `to`
  static void take(Path from, Path to) throws IOException, CommandException, VectorFailure {
    Files.createDirectories(to);
    if (!list(to).isEmpty()) {
      throw new CommandException(to + " is not empty");
    }
    for (int attempt = 1; ; attempt++) {
      try {
        copy(from, to);
        break;
      } catch (NoSuchFileException e) {
        remove(to);
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
    open(to).close();
  }

  /// Opens a copy of a store.
  static VectorStore open(Path store) throws IOException, VectorFailure {
    try (UnrecoveredStore unrecovered =
        UnrecoveredStore.open(HostDirectory.at(store), StoreOptions.DEFAULT)) {
      return unrecovered.recover(NO_FILES).store();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> files = list(from);
    List<Path> segments = files.stream().filter(file -> isNamed(file, SEGMENT_SUFFIX)).toList();
    for (Path file : files) {
      boolean isLast = !segments.isEmpty() && file.equals(segments.getLast());
      if (isLast) {
        Files.copy(file, to.resolve(file.getFileName()));
      } else if (isNamed(file, SEGMENT_SUFFIX)
          || isNamed(file, CHECKPOINT_SUFFIX)
          || isNamed(file, SavedQueries.SUFFIX)) {
        linkOrCopy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static boolean isNamed(Path file, String suffix) {
    return file.getFileName().toString().endsWith(suffix);
  }

  /// Links where both lie on one file system that has links.
  private static void linkOrCopy(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (NoSuchFileException | FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException noLinks) {
      Files.copy(from, to);
    }
  }

  /// Removes a copy, but for the directory itself.
  static void remove(Path store) throws IOException {
    for (Path file : list(store)) {
      Files.delete(file);
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }
}
