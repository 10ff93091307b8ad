package org.vexfs.daemon.store;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreFull;
import org.vexfs.daemon.base.VectorFailure.StoreInUse;
import org.vexfs.daemon.base.VectorFailure.StoreReadOnly;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;
import org.vexfs.daemon.io.StorageBusyException;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;

/// A store that this process has locked and whose version it can read, but whose log it has not
/// read yet. The only way to a [VectorStore] is [#recover].
public final class UnrecoveredStore implements Closeable {
  private static final String LOCK_NAME = "lock";

  private final StorageDirectory directory;
  private final StoreOptions options;
  private final Closeable lock;
  private final List<String> names;

  private boolean handedOver;

  private UnrecoveredStore(
      StorageDirectory directory, StoreOptions options, Closeable lock, List<String> names) {
    this.directory = directory;
    this.options = options;
    this.lock = lock;
    this.names = names;
  }

  /// A store that was read.
  ///
  /// @param store ready for use
  /// @param report what reading it found
  public record Recovered(VectorStore store, RecoveryReport report) {}

  /// Locks the store in this directory, which may be empty, and looks at its version. Takes no
  /// longer for a large store than for a small one.
  ///
  /// @throws StoreInUse where another daemon has it
  /// @throws StoreTooNew where a newer version wrote it
  /// @throws StoreBroken where the directory cannot be read
  public static UnrecoveredStore open(StorageDirectory directory, StoreOptions options)
      throws VectorFailure {
    Closeable lock = lock(directory);
    boolean opened = false;
    try {
      List<String> names = directory.list();
      List<String> segments = segmentsAmong(names);
      if (!segments.isEmpty()) {
        checkVersion(directory, segments.getLast());
      }
      opened = true;
      return new UnrecoveredStore(directory, options, lock, names);
    } catch (IOException e) {
      throw broken(directory, e);
    } finally {
      if (!opened) {
        release(lock);
      }
    }
  }

  private static List<String> segmentsAmong(List<String> names) {
    return names.stream().filter(SegmentHeader::isFileName).toList();
  }

  private static Closeable lock(StorageDirectory directory) throws VectorFailure {
    try {
      return directory.lock(LOCK_NAME);
    } catch (StorageBusyException e) {
      throw new StoreInUse(
          "the store in "
              + directory.describe()
              + " is in use by another mount: "
              + e.getMessage());
    } catch (IOException e) {
      throw broken(directory, e);
    }
  }

  private static void checkVersion(StorageDirectory directory, String name)
      throws IOException, StoreTooNew {
    ByteBuffer header = ByteBuffer.allocate(SegmentHeader.BYTES);
    try (StorageFile file = directory.open(name)) {
      while (header.hasRemaining() && file.read(header, header.position()) > 0) {}
    }
    // Whether the header is sound is for recovery to judge.
    SegmentHeader.read(MemorySegment.ofBuffer(header.flip()), name);
  }

  /// Takes over the latest checkpoint, reads the log from there, checking every record, and cuts
  /// off a torn tail.
  ///
  /// @param probe what tells whether a file is still where the store believes it
  /// @throws StoreBroken where the log is damaged or cannot be read; nothing was changed then
  /// @throws StoreTooNew where it holds what only a newer version understands
  public Recovered recover(HostProbe probe) throws VectorFailure {
    List<LogSegment> segments = new ArrayList<>();
    Optional<Checkpoints> checkpoints = Optional.empty();
    boolean done = false;
    try {
      checkpoints = Optional.of(Checkpoints.among(directory, names));
      LogReader reader = new LogReader(directory, options, segments);
      RecoveryReport report = reader.read(segmentsAmong(names), checkpoints.get());
      UUID id = reader.store();
      VectorLog log =
          new VectorLog(
              directory,
              options,
              id,
              segments,
              reader.lastSequence(),
              reader.contents().catalogue().lastId(),
              reader.leftOver(),
              reader.replayedBytes());
      VectorStore store =
          new VectorStore(
              directory.describe(),
              options,
              lock,
              log,
              reader.contents(),
              checkpoints.get(),
              new GraphFiles(directory, log),
              probe);
      done = true;
      handedOver = true;
      settle(store);
      return new Recovered(store, report);
    } catch (IOException | InternalError e) {
      // An InternalError is how the JVM reports a page of a mapping that the disk did not give.
      throw broken(directory, e);
    } catch (RuntimeException e) {
      throw senseless(directory, e);
    } finally {
      if (!done) {
        checkpoints.ifPresent(Checkpoints::close);
        closeAll(segments);
      }
    }
  }

  /// A store that takes no changes now can be read all the same.
  private static void settle(VectorStore store) throws VectorFailure {
    try {
      store.names().settleOpenIntent();
    } catch (StoreFull | StoreReadOnly | StoreBroken _) {
      // As with a change of names that a store with a full disk misses: it finds out when it meets
      // the files.
    }
  }

  /// Reads all of the store and says what is wrong with it. Changes nothing.
  ///
  /// @param probe what tells whether the files that have vectors are there
  public StoreInspection inspect(HostProbe probe) throws VectorFailure {
    try {
      return StoreInspection.of(directory, options, names, probe);
    } catch (IOException | InternalError e) {
      throw broken(directory, e);
    } catch (RuntimeException e) {
      throw senseless(directory, e);
    }
  }

  private static void closeAll(List<LogSegment> segments) {
    for (LogSegment segment : segments) {
      try {
        segment.close();
      } catch (IOException _) {
        // Another failure is already on its way to the caller, and nothing was written.
      }
    }
  }

  private static StoreBroken broken(StorageDirectory directory, Throwable e) {
    return new StoreBroken("the store in " + directory.describe() + " cannot be read: " + e);
  }

  /// Checksums that hold, over what nobody means: forged, or written by a version with a defect.
  /// Its numbers lead anywhere, and decoders trust what a checksum covers.
  private static StoreBroken senseless(StorageDirectory directory, RuntimeException e) {
    return new StoreBroken(
        "the store in "
            + directory.describe()
            + " has sound checksums and makes no sense: "
            + e
            + "; `vexfs fsck` tells more, and a snapshot or an export is the way back");
  }

  /// Gives the store back where it was not recovered.
  @Override
  public void close() {
    if (!handedOver) {
      handedOver = true;
      release(lock);
    }
  }

  private static void release(Closeable lock) {
    try {
      lock.close();
    } catch (IOException _) {
      // The lock ends with its descriptor, which is closed whatever close() reports.
    }
  }
}
